/** Journeys of every kind that can meet trouble, all with one short period. */
export function scenarios(periodMs: number): readonly { readonly name: string; readonly text: string }[] {
  const carries: Readonly<Record<string, string>> = {
    header: 'carry: header',
    cookie: 'carry: cookie, faults: [{ token: older, share: 5% }, { token: lost, share: 2% }]',
    store: 'carry: store, store: sessions',
    device: 'carry: device, delay: 5ms',
    queue: 'carry: message, delay: 5ms, redelivery: 10%',
    redirect: 'carry: redirect',
  }
  const usual = Object.entries(carries).map(([name, carry]) => ({
    name,
    text: scenario(name, `every: ${periodMs}ms`, `{ ${carry}, to: reader }, { read: point, at: reader }`),
  }))
  return [
    ...usual,
    {
      name: 'lists',
      text: scenario(
        'lists',
        `every: ${periodMs}ms`,
        '{ carry: header, to: reader }, { read: query, at: reader }, { read: changeFeed, at: reader }',
      ),
    },
    // The only one on the wall clock: it must outlive its jumps, and has no rate of its own to keep through them.
    {
      name: wallClockScenario,
      text: scenario(
        wallClockScenario,
        'cron: "* * * * * *"',
        '{ carry: header, to: reader }, { read: point, at: reader }',
      ),
    },
  ]
}

export const wallClockScenario = 'by-the-second'

/** Added and removed by the reloads. */
export const passing = (periodMs: number): string =>
  scenario('passing', `every: ${periodMs}ms`, '{ carry: header, to: reader }, { read: point, at: reader }')

const scenario = (name: string, schedule: string, rest: string) => `scenario: ${name}
about: Written at one service and read at another, in another region.
${schedule}
deadline: 2s
visibility: { within: 500ms }
container: soak/${name}
partitionKey: /pk
partitions: 8
hops: { writer: { region: West Europe }, reader: { region: North Europe } }
journey: [{ write: upsert, at: writer }, ${rest}]
arms: { propagated: {}, control: { share: 15%, token: lost } }
`
