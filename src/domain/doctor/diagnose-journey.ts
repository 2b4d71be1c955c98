import { allSteps, type CarryFault, type HopDeclaration, type Scenario, type Step } from '../scenario.ts'
import { type Diagnosis, finding } from './diagnosis.ts'

type Carry = Extract<Step, { kind: 'carry' }>

/** What the journey itself does to the token, in the arms that are meant to carry it: clients set right do not make up for it. */
export function diagnoseJourney(scenario: Scenario): Diagnosis[] {
  const { name, hops, journey, arms } = scenario
  if (!arms.some(({ token }) => token === 'carried')) return []
  const carries = Map.groupBy(
    allSteps(journey).filter((step) => step.kind === 'carry'),
    ({ from, to }) => `${from} to ${to}`,
  )
  return [...carries].flatMap(([way, steps]) => {
    const subject = `${name}, carry from ${way}`
    const left = steps.find((step) => step.carrier === 'none' && !shareMemory(step, hops))
    const faults = new Set(steps.flatMap((step) => step.faults).filter(isHarmful))
    return [
      ...(left ? [leftBehind(left, subject)] : []),
      ...(faults.size > 0 ? [harmedOnPurpose([...faults], subject)] : []),
    ]
  })
}

const leftBehind = ({ to }: Carry, subject: string): Diagnosis =>
  finding('warning', subject, 'the token is left behind (carry: none)', {
    means: `the user arrives at ${to} and the token does not: nothing holds its reads to what the user has written before, also in the runs that are meant to carry the token`,
    remedy:
      'name the way that the token takes ("carry: header", cookie, redirect …; docs/carriers.md) and let the application hand it on so, unless this is what you want to see',
  })

const harmedOnPurpose = (faults: readonly CarryFault[], subject: string): Diagnosis =>
  finding('warning', subject, `faults are declared: ${faults.map(faultText).join(', ')}`, {
    means: 'in that share of the runs that are meant to carry the token it is harmed on purpose',
    remedy: 'leave out "faults", unless this is what you want to see',
  })

const faultText = ({ token, share }: CarryFault): string => `${token} ${Number((share * 100).toFixed(2))} %`

/** One that is delivered twice is there. */
const isHarmful = ({ token }: CarryFault): boolean => token !== 'duplicated'

/** A client that both use, and keep, remembers the token of the write by itself. */
function shareMemory({ from, to }: Carry, hops: readonly HopDeclaration[]): boolean {
  const ownerOf = (name: string): HopDeclaration | undefined => {
    const hop = hops.find((each) => each.name === name)
    return typeof hop?.client === 'object' ? ownerOf(hop.client.shared) : hop
  }
  const owner = ownerOf(to)
  return owner?.client === 'own' && owner === ownerOf(from)
}
