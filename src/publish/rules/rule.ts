/** `page`: somebody is woken. `ticket`: somebody looks in working hours. */
export type Severity = 'page' | 'ticket'

export interface RecordingRule {
  readonly record: string
  readonly expr: string
  readonly labels?: Readonly<Record<string, string>>
}

/** One expression of an alert; an alert has several where its urgency or its windows differ. */
export interface AlertVariant {
  readonly severity: Severity
  readonly expr: string
  /** How long the expression must hold; undefined: once is enough. */
  readonly for?: string
}

/** An alert as all variants of it are told. `$labels` and `$value` are of the expression that fires. */
export interface Alert {
  /** In upper camel case; its page in docs/runbooks/ has the same name in kebab case. */
  readonly name: string
  /** When it fires, for the table in docs/alerts.md. */
  readonly firesWhen: string
  readonly summary: string
  readonly description: string
  readonly variants: readonly AlertVariant[]
}

export interface RuleGroup {
  readonly name: string
  readonly interval: string
  readonly rules: readonly (RecordingRule | (AlertVariant & { readonly alert: Alert }))[]
}

/** `HopwatchTokenLossAlarm` is `hopwatch-token-loss-alarm`. */
export const kebabName = (name: string): string => name.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()

/** An expression on one line, however it was laid out; PromQL takes any white space. */
export const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()
