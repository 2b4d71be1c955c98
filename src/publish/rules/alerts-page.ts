import { recordedEverySeconds } from './figures.ts'
import { type Alert, kebabName } from './rule.ts'
import { leastAllowedShare } from './thresholds.ts'

/** docs/alerts.md, whole. */
export const printAlertsPage = (alerts: readonly Alert[]): string => `# Alerts

What \`hopwatch rules\` makes Prometheus watch. The table is generated from \`src/publish/rules/\`; do not edit.

\`\`\`sh
npm start -- rules --output alerts.yaml                                   # of all scenarios in scenarios/
npm start -- rules --runbook-url https://wiki.example/hopwatch/runbooks   # links that your operators can follow
npm start -- rules --output alerts.yaml --check                           # in CI: exit code 1 when it is out of date
\`\`\`

\`dashboards/alerts.yaml\` is made for the shipped scenarios, \`dashboards/alertmanager.example.yaml\` routes what it finds, and
\`npm run demo:regression\` shows both at work with a real Prometheus and Alertmanager: a gateway begins to drop the cookie of 20 % of the users,
the alert names journey, hops and carrier at a webhook 20 to 60 s later, and ends three minutes after the loss has ended. (Debian:
\`apt-get install prometheus prometheus-alertmanager\`; \`--help\` has its options.)

A **page** means that users are, or may be, reading old data now, or that nobody is looking. A **ticket** can wait for the morning.

| alert | severity | fires when | for |
|---|---|---|---|
${alerts.map(printRow).join('\n')}

## How to read them

- **The arm that carries the token** is the only one that can be at fault. \`control\` and \`canary\` lose tokens on purpose, so no rate
  here counts them; a broken promise counts wherever it shows.
- **Objectives of 0 %**: a burn rate divides by what is allowed, so nothing below ${leastAllowedShare * 100} % is asked for. A single stale
  read with an intact token pages all the same, as a broken promise; so does a single lost canary.
- **Looser objectives** burn more slowly: above 6.9 % nothing can be 14.4 times too much, above 16.6 % nothing 6 times. The slower windows, and the
  regression against the scenario's own past, still speak.
- **The past** of a carry is the day that ended ten minutes ago. A loss that lasts becomes a part of it, so after some twelve hours at the same level
  \`HopwatchTokenLossRegression\` ends by itself; the burn rate does not.
- **Journeys that Prometheus can miss** are those that run at least every 48 h, and cron schedules that do not depend on the date. Prometheus
  knows them from this file, so that a scenario which nobody runs is missed as well. Other scenarios that it happens to scrape get
  those alerts that need no objective.
- **Scraping** every 30 s or more often is expected; rates are recorded every ${recordedEverySeconds} s. Several instances and shards are summed by scenario;
  so would be two installations that one Prometheus scrapes, unless their scenarios have different names.

The windows and factors of the burn rates are those of Google's Site Reliability Workbook, chapter 5, for a budget of 30 days.
`

function printRow({ name, firesWhen, variants }: Alert): string {
  const severities = [...new Set(variants.map(({ severity }) => severity))]
  const lengths = [...new Set(variants.map((variant) => variant.for ?? 'at once'))]
  return `| [\`${name}\`](runbooks/${kebabName(name)}.md) | ${severities.join(', ')} | ${firesWhen} | ${lengths.join(', ')} |`
}
