import { allowed, matchers } from '../figures.ts'
import { type Alert, type AlertVariant, oneLine } from '../rule.ts'
import type { Watch } from '../watch.ts'

export const down: Alert = {
  name: 'HopwatchDown',
  firesWhen: 'No hopwatch is scraped at all, for 2 min.',
  summary: 'No hopwatch is running: nobody proves that users read what they wrote',
  description:
    'Prometheus has no figures of any hopwatch. Either it does not run, or it is not scraped. Until it does, nobody sees a stale read or a lost token; all that tells of it besides is HopwatchProbeAbsent, for each scenario.',
  variants: [{ severity: 'page', expr: 'absent(hopwatch_build_info)', for: '2m' }],
}

export const targetDown: Alert = {
  name: 'HopwatchTargetDown',
  firesWhen: 'An account does not answer hopwatch, for 2 min.',
  summary: 'The account behind the target {{ $labels.target }} does not answer',
  description:
    'hopwatch cannot reach the account of its target {{ $labels.target }}, or is not let in. Its log says which, under "target is down", with a remedy. It asks again every 5 s.',
  variants: [{ severity: 'page', expr: 'min by (target) (hopwatch_target_up) == 0', for: '2m' }],
}

const planned = ({ window }: Watch) => `${allowed.plannedRuns}{window="${window}"}`
const perWatch = (watches: readonly Watch[], variant: (watch: Watch) => AlertVariant) => watches.map(variant)

/** The dead man: Prometheus knows from the scenarios' files which runs there should be, whether hopwatch is there or not. */
export const probeAbsent = (watches: readonly Watch[]): Alert => ({
  name: 'HopwatchProbeAbsent',
  firesWhen:
    'A scenario has not run at all for five or more of its periods (at least 5 min), nor for 2 min or a period after that.',
  summary: '{{ $labels.scenario }} does not run: nobody proves that its users read what they wrote',
  description:
    'The journey {{ $labels.scenario }} has made no run for {{ $labels.window }}. Its scenario file is known to Prometheus, but no hopwatch runs it: none is up, its target does not answer, its container is missing, or it is not loaded.',
  variants: perWatch(watches, (watch) => ({
    severity: 'page',
    expr: oneLine(`
      ${planned(watch)} unless on (scenario)
      (sum by (scenario) (increase(hopwatch_runs_total[${watch.window}])) > 0)`),
    for: watch.absentFor,
  })),
})

export const probeLate = (watches: readonly Watch[]): Alert => ({
  name: 'HopwatchProbeLate',
  firesWhen: 'A scenario makes less than half of its planned runs, for 10 min or five periods.',
  summary: '{{ $labels.scenario }} makes only {{ $value | humanizePercentage }} of its planned runs',
  description:
    'The journey {{ $labels.scenario }} makes {{ $value | humanizePercentage }} of the runs that its schedule plans. hopwatch_runs_missed_total says why: overlap (runs take longer than the period), budget (request units or 429), late (hopwatch lacks processor) or paused.',
  variants: perWatch(watches, (watch) => ({
    severity: 'ticket',
    expr: oneLine(`
      (sum by (scenario) (rate(hopwatch_runs_total[${watch.window}])) > 0)
      / on (scenario) ${planned(watch)} < 0.5`),
    for: watch.lateFor,
  })),
})

const runs = (wanted: string, watch: Watch) =>
  `sum by (scenario) (rate(hopwatch_runs_total{arm="propagated"${wanted}}[${watch.window}]))`

export const probeBlind = (watches: readonly Watch[]): Alert => ({
  name: 'HopwatchProbeBlind',
  firesWhen:
    'More than half of the runs of a scenario end without a verdict (failed, undetermined, abandoned, crashed), for 5 min or a period.',
  summary:
    '{{ $labels.scenario }} runs but cannot judge: {{ $value | humanizePercentage }} of its runs end without a verdict',
  description:
    '{{ $value | humanizePercentage }} of the runs of the journey {{ $labels.scenario }} that carry the token fail, are abandoned or leave nothing to judge. Stale reads and lost tokens would not be seen.',
  variants: perWatch(watches, (watch) => ({
    severity: 'page',
    expr: oneLine(`
      ${runs(`, ${matchers.unfinished}`, watch)} / (${runs('', watch)} > 0) > 0.5
      and on (scenario) ${planned(watch)}`),
    for: watch.window === '5m' ? '5m' : watch.absentFor,
  })),
})

export const figuresIncomplete: Alert = {
  name: 'HopwatchFiguresIncomplete',
  firesWhen: 'Series were refused for `--max-series`, or an output failed to take runs, within 15 min.',
  summary: 'The figures of hopwatch are incomplete',
  description:
    '{{ with $labels.sink }}The output {{ . }} failed to take runs.{{ else }}Series were refused because they would have broken --max-series.{{ end }} What is shown is true, but it is not all.',
  variants: [
    {
      severity: 'ticket',
      expr: oneLine(`
        sum (increase(hopwatch_series_refused_total[15m])) > 0
        or sum by (sink) (increase(hopwatch_sink_errors_total[15m])) > 0`),
    },
  ],
}
