import { panelsOf } from './ask.ts'
import { buildDashboard, type DashboardPlan } from './frame.ts'

const begin = '<!-- panels: written by npm run dashboards -->'
const end = '<!-- /panels -->'

/** docs/dashboards/README.md with its tables of panels as the dashboards have them. */
export function writePanels(page: string, plans: readonly DashboardPlan[]): string {
  const before = page.slice(0, page.indexOf(begin))
  const after = page.slice(page.indexOf(end))
  return `${before}${begin}\n\n${plans.map(section).join('\n')}${after}`
}

function section(plan: DashboardPlan): string {
  const rows = panelsOf(buildDashboard(plan)).map(({ title, description = '' }) => {
    const [means, act] = description.split('\n\n**What to do:** ')
    return `| ${cell(title)} | ${cell(means)} | ${cell(act)} |`
  })
  return `## ${plan.title.replace('hopwatch: ', '').replace(/^./, (first) => first.toUpperCase())}

${plan.about}

![${plan.title}, as it looked in the demonstration](${plan.uid}.svg)

| panel | shows | what to do |
|---|---|---|
${rows.join('\n')}
`
}

const cell = (text = ''): string => text.replaceAll('|', '\\|')
