import { refuse, scalar } from './shape.ts'
import { alternatives, quote } from './words.ts'

/** Fields of a probe document that hopwatch fills itself: a partition key there would change with every write. */
const ownFields = ['id', 'version', 'owner', 'run', 'ttl']

const example = '/customerId'
const form = /^(\/[^/*"\\]+)+$/

export const partitionKeyPath = scalar(
  { title: 'partition key path', type: 'string', pattern: form.source, examples: [example] },
  (value) => {
    if (typeof value !== 'string' || !form.test(value)) {
      const path = typeof value === 'string' && /^[\w]+$/.test(value) ? `/${value}` : example
      return refuse(
        (shown) => `${shown} is not a partition key path`,
        `write a slash first, for example ${quote(path)}`,
      )
    }
    const field = value.split('/')[1] ?? ''
    if (ownFields.includes(field) || field.startsWith('_'))
      return refuse(
        (shown) => `${shown} cannot be the partition key: that field of a probe document is already used`,
        `choose a container whose key is none of ${alternatives(ownFields.map((each) => `/${each}`))}`,
      )
    return value
  },
)
