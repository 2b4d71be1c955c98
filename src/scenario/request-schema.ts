import { z } from 'zod'
import { endpointMethods, runValueNames } from '../domain/endpoint-request.ts'
import { choice, isMapping, mapOf, refuse, scalar } from './shape.ts'
import * as values from './values.ts'
import { alternatives, quote } from './words.ts'

/** What a step at an endpoint, a service of the user's own, may say. */

const runReference = /\$\{run\.([^}]*)\}/g

/** The first `${run.…}` in a text that stands for nothing. */
const strangeValue = (text: string): string | undefined =>
  [...text.matchAll(runReference)].find(([, name]) => !(runValueNames as readonly string[]).includes(name ?? ''))?.[0]

const knownValues = alternatives(runValueNames.map((name) => `\${run.${name}}`)).replaceAll('"', '')

const template = (title: string, example: string, isFit: (text: string) => boolean, form: string) =>
  scalar({ title, type: 'string', minLength: 1, examples: [example] }, (value) => {
    if (typeof value !== 'string' || !isFit(value))
      return refuse((shown) => `${shown} is not a ${title}`, `write ${form}, for example ${quote(example)}`)
    const strange = strangeValue(value)
    return strange === undefined ? value : refuse(() => `${strange} stands for nothing`, `write ${knownValues}`)
  })

/** A second slash at the start would name another host. */
const isPath = (text: string) => /^\/(?!\/)[^\s#\\]*$/.test(text)

const jsonValue = z
  .unknown()
  .transform((value, context) => {
    const strange = strangeValue(JSON.stringify(value) ?? '')
    if (strange === undefined) return value
    const refusal = refuse(() => `${strange} stands for nothing`, `write ${knownValues}`)
    context.issues.push({ code: 'custom', input: value, params: { refusal } })
    return z.NEVER
  })
  .meta({ title: 'JSON' })

const status = values.number({ min: 100, max: 599, whole: true, example: 200 })

const headerName = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/

const pointer = values.patterned(
  'JSON pointer',
  /^(\/([^/~]|~[01])*)+$/,
  '/version',
  'a slash before each key (RFC 6901)',
)

/** One group, which is the version. */
const pattern = scalar({ title: 'regular expression', type: 'string', examples: ['version (\\d+)'] }, (value) => {
  const instead = 'write a regular expression with one group, for example "version (\\d+)"'
  if (typeof value !== 'string') return refuse((shown) => `${shown} is not a regular expression`, instead)
  try {
    const groups = (new RegExp(`${value}|`).exec('')?.length ?? 1) - 1
    return groups === 1 ? value : refuse((shown) => `${shown} has ${groups} groups`, instead)
  } catch {
    return refuse((shown) => `${shown} is not a regular expression`, instead)
  }
})

/** A map of exactly one of these keys. */
const oneKey = <const Options extends Readonly<Record<string, z.ZodType>>>(options: Options, example: string) =>
  choice(options, (value) => {
    const keys = isMapping(value) ? Object.keys(options).filter((key) => key in value) : []
    return keys.length === 1
      ? keys[0]!
      : refuse(() => `exactly one of ${alternatives(Object.keys(options))} belongs here`, `write ${quote(example)}`)
  })

const request = mapOf({
  method: values.oneOf('method', endpointMethods).describe('Its HTTP method.').prefault('GET'),
  url: template('path', '/enrolments/${run.key}', isPath, 'a slash first').describe(
    "Where, below the hop's endpoint. ${run.id}, ${run.key}, ${run.version} and ${run.token} stand for the run's own values.",
  ),
  headers: z
    .record(
      z.string().regex(headerName),
      template('header', 'Bearer ${PORTAL_TOKEN}', (text) => /^[\t\x20-\x7e]+$/.test(text), 'plain characters'),
    )
    .describe('Header fields. One that names ${run.token} is left out while there is no token.')
    .prefault({}),
  body: jsonValue.describe('Sent as JSON. A text that is only "${run.version}" becomes a number.').optional(),
  expect: choice({ one: status, many: z.array(status).min(1) }, (value) => (Array.isArray(value) ? 'many' : 'one'))
    .describe('The status, or the statuses, that mean "done as asked". Default: any from 200 to 299.')
    .optional(),
})

export const requestStep = mapOf({
  request: request.describe('A request to a service of yours, the endpoint of this hop.'),
  at: values.name('portal').describe('The hop whose endpoint is asked.'),
  does: values
    .oneOf('deed', ['write', 'read'])
    .describe('write: it stores ${run.version} under ${run.key}. read: its answer shows the version.'),
  version: oneKey(
    {
      pointer: mapOf({ pointer: pointer.describe('Where in the JSON of the answer.') }),
      pattern: mapOf({ pattern: pattern.describe('What stands around the number in the answer.') }),
    },
    '{ pointer: /version }',
  )
    .describe('Of a read: where the answer shows the version.')
    .optional(),
  token: oneKey(
    {
      header: mapOf({
        header: values.patterned('header name', headerName, 'x-session-token', 'its name').describe('In this header.'),
      }),
      cookie: mapOf({
        cookie: values.patterned('cookie name', headerName, 'session', 'its name').describe('In this cookie.'),
      }),
      pointer: mapOf({ pointer: pointer.describe('Where in the JSON of the answer.') }),
    },
    '{ header: x-session-token }',
  )
    .describe(
      'Where the answer shows a session token: of a write the one that it brought, of a read the one that was read with.',
    )
    .optional(),
  missing: status.describe('Of a read: the status that means "not found". Default: 404.').optional(),
})

/** The URL of a hop elsewhere: no credentials, query or fragment. */
export const hopUrl = (example: string) =>
  scalar({ title: 'URL', type: 'string', examples: [example] }, (value) => {
    const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined
    const isFit =
      url && /^https?:$/.test(url.protocol) && !url.username && !url.password && url.search === '' && url.hash === ''
    return isFit
      ? url.href.replace(/\/$/, '')
      : refuse((shown) => `${shown} is not a URL`, `write for example ${quote(example)}, without credentials or query`)
  })
