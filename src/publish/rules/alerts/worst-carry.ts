import { carries } from '../figures.ts'

/** For a description of a whole scenario: a sentence that names the carry which loses most, asked of Prometheus as the alert fires. */
export const worstCarry = [
  `{{ with printf "topk(1, ${carries.ratioNow}{scenario='%s'} > 0)" $labels.scenario | query }}{{ with . | first }} `,
  'Most of it now: {{ .Value | humanizePercentage }} of the tokens carried from {{ .Labels.from }} to {{ .Labels.to }} by {{ .Labels.carrier }}.',
  '{{ end }}{{ else }} No carry has lost a token in the last two minutes: look at what each hop puts on the wire.{{ end }}',
].join('')
