import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseScenario } from './parse-scenario.ts'
import { formatProblem } from './problem.ts'

const directory = new URL('invalid/', import.meta.url)

/** What is printed for each file of `invalid/`, after its name: line, column, what is wrong, what to write instead. */
const expected: Readonly<Record<string, readonly string[]>> = {
  'alias-bomb': ['5:1: this goes too deep or grows too large; use fewer levels, entries and aliases'],
  'arms-take-all': ['15:20: no share is left to "propagated"; write for example "10%"'],
  'bad-arm-token': ['14:33: "none" is not a token of this arm; write "lost"'],
  'bad-client': ['7:24: "shared" is not a client; write "own" or "per-operation"'],
  'bad-consistency': ['7:29: "sesion" is not a consistency level; write "Session"'],
  'bad-container': [
    '3:12: "itineraries" is not a container; write its database, a slash and its name, for example "travel/itineraries"',
  ],
  'bad-cron': [
    '2:7: "99 * * * *" is not a cron expression; write five fields, or six with seconds first, for example "*/10 * * * * *"',
  ],
  'bad-duration': ['2:8: "2 seconds" is not a duration; write a number with ms, s, m or h, for example "2s"'],
  'bad-endpoint': [
    '4:23: "ftp://…@127.0.0.1/" is not a URL; write for example "http://portal.example:8080", without credentials or query',
  ],
  'bad-fault-limit': ['10:73: "0B" is not a size; write a number with B, KB or MB, for example "64B"'],
  'bad-hop-name': [
    '6:3: "Gate_way" is not a name; write small letters, digits and dashes, at most 63',
    '9:26: "Gate_way" is not a name; write small letters, digits and dashes, at most 63, for example "gateway"',
  ],
  'bad-partition-key': [
    '4:15: "customerId" is not a partition key path; write a slash first, for example "/customerId"',
  ],
  'bad-rate': ['12:25: "50" is not a rate; write a number and "/s", for example "50/s"'],
  'bad-runs': ['10:80: "10" is not a number of runs; write for example "10 runs"'],
  'bad-scenario-name': [
    '1:11: "My Sample" is not a name; write small letters, digits and dashes, at most 63, for example "travel-itinerary"',
  ],
  'bad-share': ['12:27: "0.1" is not a share; write a percentage from "0%" to "100%", for example "0%"'],
  'bad-size': ['10:44: "8k" is not a size; write a number with B or KB, for example "8KB", or "nginx" or "node"'],
  'bad-timezone': [
    '3:11: "Europe/Atlantis" is not a time zone; write an IANA name, for example "Europe/Oslo" or "UTC"',
  ],
  'branch-of-branch': ['11:11: a branch cannot branch again; put its steps into branches of the outer "parallel"'],
  'branches-both-write': [
    '13:11: two branches write the probe document at the same time, so nobody could say which version is the newer; let one branch write, and the others read',
  ],
  'broken-variable': [
    '2:8: "${" does not begin a variable; write a name and "}" after it, or "$$" before a "{" that is meant',
  ],
  'canary-without-carry': ['13:3: the journey carries no token, so no canary could travel; leave the arm out'],
  'carry-from-branches': ['13:7: nothing says where this carry leaves; add "from:", or put a write before it'],
  'carry-from-nowhere': ['9:7: nothing says where this carry leaves; add "from:", or put a write before it'],
  'carry-to-itself': [
    '10:26: "gateway" would carry to itself; name another hop, or leave the step out; "device" and "store" may, for they keep the token',
  ],
  'control-alone': ['12:1: "control" has nothing to be compared with; add "propagated: {}"'],
  'control-of-endpoint': [
    '10:3: the arm "control" changes what carries bring, and this journey carries nothing; leave it out: the service keeps the token to itself',
  ],
  'control-takes-all': ['14:21: no share is left to "propagated"; write for example "10%"'],
  'create-reused': [
    '9:14: the second run would find the document of the first, so its create is refused; write "upsert", or "document: fresh"',
  ],
  'create-twice': ['10:14: the document exists already, so a create is refused; write "upsert", "replace" or "patch"'],
  'deadline-shorter-than-poll': [
    '12:11: the deadline of 12s leaves no time for 15s of waits and re-reads; write a longer deadline, or shorten the waits or "visibility: { within }"',
  ],
  'deadline-too-short': [
    '12:11: the deadline of 5s leaves no time for 10s of waits and re-reads; write a longer deadline, or shorten the waits or "visibility: { within }"',
  ],
  'delay-beyond-deadline': [
    '1:1: the deadline of 30s leaves no time for 35s of waits and re-reads; write a longer deadline, or shorten the waits or "visibility: { within }"',
  ],
  'duplicate-hop': ['7:3: the key "gateway" is written twice; keep one of them'],
  'duplicate-key': ['12:1: the key "every" is written twice; keep one of them'],
  'empty-fault-schedule': [
    '10:61: the schedule says nothing; write for example "{ every: 10 runs }" or "{ after: 60s, for: 30s }"',
  ],
  'empty-file': ['1:1: the file holds nothing; write "key: value" lines'],
  'empty-journey': ['8:10: "journey" is empty; write at least one entry'],
  'empty-value': ['2:7: the value is missing; write a number with ms, s, m or h, for example "2s"'],
  'empty-wait': ['11:13: "wait" is empty; write at least one entry'],
  'endpoint-and-cosmos': [
    '9:7: a journey goes through services of yours or through Cosmos DB itself, not through both; make two scenarios of it',
  ],
  'endpoint-operation': [
    '11:24: "itinerary" is a service of yours: it takes requests only; write "request:" with "does: write" or "does: read", or name another hop',
  ],
  'endpoint-with-region': ['4:48: "region" means nothing at an endpoint, which is a service of yours; leave it out'],
  'fault-key-of-another': [
    '10:62: "limit" means nothing for "older"; leave it out, or write "token: truncated"',
    '10:74: "with" means nothing for "older"; leave it out, or write "token: swapped"',
  ],
  'fault-shares-above-100': ['10:37: the shares of the faults add up to 110%; write shares of 100% at most together'],
  'faults-without-token': [
    '10:35: nothing is carried that could suffer a fault; write "carry: header", or leave the faults out',
  ],
  'feed-at-another-level': [
    '14:28: a change feed is read at the level of its hop, so this would change nothing there; write "reads: { poll: query }", or leave the change feed out',
  ],
  'five-mistakes': [
    '2:8: "2 seconds" is not a duration; write a number with ms, s, m or h, for example "2s"',
    '3:12: "itineraries" is not a container; write its database, a slash and its name, for example "travel/itineraries"',
    '7:29: "Sesion" is not a consistency level; write "Session"',
    '8:1: unknown key "jorney"; write "journey"',
    '11:14: "coockie" is not a carrier; write "cookie"',
    '12:24: there is no hop "itinary"; write "itinerary"',
  ],
  'jitter-too-long': ['12:9: the jitter is longer than the period; write 2s or less'],
  'jitter-with-cron': ['3:1: "jitter" belongs to "every"; "cron" names exact times; leave it out'],
  'list-for-map': ['6:3: a list stands where a map belongs; write "key: value" lines below it, or braces'],
  'map-for-duration': ['2:8: a map is not a duration; write a number with ms, s, m or h, for example "2s"'],
  'map-for-list': ['9:3: a map stands where a list belongs; write "- " before each entry'],
  'missing-keys': [
    '1:1: the key "hops" is missing; add "hops:"',
    '1:1: the key "journey" is missing; add "journey:"',
    '1:1: the key "container" is missing; add "container:"',
    '1:1: the key "partitionKey" is missing; add "partitionKey:"',
  ],
  'negative-retries': ['12:31: "-1" is not a number of 0 or more; write for example 0.1'],
  'no-hops': ['5:7: there are no hops; name at least one service that takes part, for example "gateway: {}"'],
  'no-partitions': ['12:13: "0" is not a whole number from 1 to 10000; write for example 8'],
  'no-read': ['8:1: the journey has no read; end with a read, for example "{ read: point, at: hop }"'],
  'no-schedule': ['1:1: nothing says when runs start; add for example "every: 2s"'],
  'no-write': ['8:1: the journey has no write; begin with a write, for example "{ write: upsert, at: hop }"'],
  'not-a-map': ['1:1: the file holds a list; write "key: value" lines'],
  'not-a-step': ['11:5: "read" is not a step; write for example "{ read: point, at: hop }"'],
  'not-closed': ['12:1: a brace or bracket before this is not closed; close it'],
  'number-for-duration': ['2:8: "2" is not a duration; write a number with ms, s, m or h, for example "2s"'],
  'offline-patch-after-delete': ['10:53: there is no document to patch; write "upsert", or put an upsert before it'],
  'option-of-another-carrier': [
    '10:37: "redelivery" means nothing for the carrier "header"; leave it out, or write "carry:" with "message"',
    '10:54: "ttl" means nothing for the carrier "header"; leave it out, or write "carry:" with "store"',
  ],
  'patch-of-nothing': ['9:14: there is no document to patch; write "upsert", or put an upsert before it'],
  'poll-once': ['11:54: the poll ends before its second try; write 1s or more'],
  'poll-too-often': ['11:42: the poll could try 5000 times; write 5ms or more, or a shorter "within"'],
  'read-beside-its-carry': [
    '12:30: this read can prove nothing: no write has reached "itinerary" before it; write there before it, or put "{ carry: header, to: itinerary }" between the write and it',
  ],
  'read-not-reached': [
    '10:24: this read can prove nothing: no write has reached "itinerary" before it; write there before it, or put "{ carry: header, to: itinerary }" between the write and it',
  ],
  'reconnect-of-endpoint': [
    '7:7: "portal" is a service of yours, and its clients are its own; leave the step out: each run is a new user anyway',
  ],
  'reconnect-unknown-hop': ['10:18: there is no hop "phone"; write "gateway" or "itinerary"'],
  'remote-by-another-name': ['7:16: unknown key "remote"; write "url"'],
  'remote-by-message': [
    '10:14: "itinerary" runs in another process, where the carrier "message" does not reach; write "header", "cookie", "redirect", "baggage", "body" or "none"',
  ],
  'remote-shared-client': [
    '7:34: "gateway" runs in another process, and a client cannot be shared with it; write "client: own"',
  ],
  'repeated-partition-key': ['4:29: this level stands here twice; keep one of them'],
  'request-elsewhere': [
    '6:36: "http://other.example/x" is not a path; write a slash first, for example "/enrolments/${run.key}"',
    '7:75: "no group" has 0 groups; write a regular expression with one group, for example "version (\\d+)"',
  ],
  'request-of-get': [
    '6:7: a GET writes nothing; write "method: PUT", POST, PATCH or DELETE, or "does: read"',
    '6:29: a GET has no body; leave it out, or write another method',
  ],
  'request-without-version': [
    '6:7: this write says nothing that a read could find again; put "${run.version}" into its body, url or headers',
    '6:69: "missing" is a matter of reads; leave it out, or write "does: read"',
    '7:43: nothing says where the answer shows the version; add for example "version: { pointer: /version }"',
  ],
  'reserved-partition-key': [
    '4:15: "/id" cannot be the partition key: that field of a probe document is already used; choose a container whose key is none of "/id", "/version", "/owner", "/run" or "/ttl"',
  ],
  'scope-of-point-read': [
    '11:35: a point read has no scope: it names one document; leave it out, or write "read: query"',
  ],
  'secret-in-file': [
    '6:22: a key or connection string stands here; secrets come from the environment or a file; take it out, renew it, and name where it is: keyFrom, keyFile or connectionStringFrom in the configuration file',
  ],
  'server-limit-of-body': ['10:42: the carrier "body" travels in no header; write a size, for example "64KB"'],
  'share-above-100': ['12:27: "150%" is not a share; write a percentage from "0%" to "100%", for example "0%"'],
  'share-of-propagated': ['13:17: the share of "propagated" is what the other arms leave; leave it out'],
  'shared-itself': ['7:34: "itinerary" shares its own client; name another hop, or write "client: own"'],
  'shared-of-shared': ['8:30: "itinerary" has no client of its own either; write "gateway"'],
  'shared-other-region': [
    '7:16: "itinerary" uses the client of "gateway", and a client has one region; leave the region out, or write "client: own"',
  ],
  'shared-per-operation': [
    '7:34: "gateway" makes a new client for each operation; write "client: per-operation" here too',
  ],
  'shared-unknown': ['7:34: there is no hop "gatewai"; write "gateway"'],
  'simulate-failover-nowhere': [
    '9:7: nothing says where the writes move; add for example "to: North Europe"',
    '10:24: "to" means nothing for "split"; leave it out',
  ],
  'simulate-merge-of-nothing': ['9:7: no split of this run is left to merge; put "{ simulate: split }" before it'],
  'simulate-without-account': ['8:7: no hop of this journey uses an account; leave the step out'],
  'swapped-with-nobody': ['10:55: with one partition there is no other user to swap with; write "partitions: 8"'],
  'tab-indentation': ['6:1: a tab in the indentation; indent with spaces'],
  'timezone-without-cron': ['12:1: "timezone" belongs to "cron"; "every" counts from the start; leave it out'],
  'too-frequent': ['2:8: "5ms" is too short; write "10ms" or more'],
  'too-long': ['2:8: "1000h" is too long; write "576h" or less'],
  'too-many-partitions': ['12:13: "20000" is not a whole number from 1 to 10000; write for example 8'],
  'truncated-to-nothing-said': ['10:48: nothing says how much arrives; add for example "limit: 64B"'],
  'ttl-not-whole': ['12:6: Cosmos DB counts the ttl in whole seconds; write whole seconds'],
  'ttl-too-short': [
    '12:6: a probe document of ttl 20s could expire within its run; write more than 40s, the deadline and the time for re-reads together',
  ],
  'two-documents': ['12:1: a second document begins here; write it to a file of its own'],
  'two-fault-schedules': ['10:73: the schedule counts runs and time; keep "every", or "after" and "for"'],
  'two-schedules': ['3:1: both "every" and "cron" say when runs start; keep one of them'],
  'unknown-alias': ['2:8: no anchor "&period" stands before this alias; write the value itself'],
  'unknown-carrier': [
    '10:14: "pigeon" is not a carrier; write "header", "cookie", "redirect", "baggage", "message", "store", "device", "body" or "none"',
  ],
  'unknown-carry-target': ['10:26: there is no hop "bookings"; write "gateway" or "itinerary"'],
  'unknown-fault': [
    '10:55: "stolen" is not a fault; write "lost", "truncated", "older", "swapped", "corrupted" or "duplicated"',
  ],
  'unknown-hop': ['9:26: there is no hop "gatway"; write "gateway"'],
  'unknown-hop-key': ['7:16: unknown key "regoin"; write "region"'],
  'unknown-key': ['8:1: unknown key "jorney"; write "journey"'],
  'unknown-key-far': [
    '12:1: unknown key "frobnicate"; the keys here are "scenario", "about", "target", "every", "jitter", "cron", "timezone", "deadline", "container", "partitionKey", "document", "partitions", "ttl", "visibility", "hops", "journey", "arms", "objectives" and "budget"',
  ],
  'unknown-run-value': [
    '6:36: ${run.kee} stands for nothing; write ${run.id}, ${run.key}, ${run.version} or ${run.token}',
    '6:59: ${run.user} stands for nothing; write ${run.id}, ${run.key}, ${run.version} or ${run.token}',
    '7:64: exactly one of "pointer" or "pattern" belongs here; write "{ pointer: /version }"',
  ],
  'unknown-step': [
    '11:5: a step without "write", "read", "poll", "carry", "wait", "reconnect", "offline", "loseResponse", "request", "simulate" or "parallel"; write "read"',
  ],
  'unknown-step-key': ['11:35: unknown key "with"; the keys here are "read", "at" and "scope"'],
  'unset-variable': ['2:8: the environment variable PERIOD is not set; set it, or write "${PERIOD:-default}"'],
  'variable-in-braces': ['6:23: a variable within braces or brackets needs quotes; put it in double quotes'],
  'workaround-of-nothing': [
    '14:3: nothing says what the workaround does; add "reads: { poll: query }" or for example "consistency: Strong"',
  ],
  'workaround-twofold': ['14:52: a workaround does one thing, so that its cost has one cause; keep one'],
  'write-after-delete': ['11:14: there is no document to replace; write "upsert", or put an upsert before it'],
  'writes-back-of-lost': ['10:61: "writesBack" means nothing for "lost"; leave it out, or write "token: older"'],
  'wrong-case': ['12:1: unknown key "Budget"; write "budget"'],
  'wrong-indentation': ['7:1: the indentation does not fit; align the line with its neighbours'],
  'wrong-variable-value': ['2:8: "${SECRET}" is not a duration; write a number with ms, s, m or h, for example "2s"'],
}

const files = readdirSync(directory).map((name) => name.replace(/\.yaml$/, ''))

/** A variable that holds a secret: no message may repeat it. */
const env = { SECRET: 'hunter2' }

describe('rejected files', () => {
  test('each has its exact lines, and each line has its file', () => {
    expect(files.toSorted()).toEqual(Object.keys(expected).toSorted())
  })

  test.each(files)('%s', (name) => {
    const file = `${name}.yaml`
    const { problems = [] } = parseScenario(readFileSync(new URL(file, directory), 'utf8'), { file, env })
    expect(problems.map(formatProblem)).toEqual(expected[name]?.map((line) => `${file}:${line}`))
    expect(problems.map(formatProblem).join('\n')).not.toContain(env.SECRET)
  })
})
