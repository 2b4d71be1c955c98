import { describe, expect, test } from 'vitest'
import { badNames, dependencyProblems, lockfileProblems, machineTraces } from './repository.ts'

test('badNames', () => {
  const bad = [
    'src/domain/tokenState.ts',
    'src/Domain/a.ts',
    'test/a_b.test.ts',
    'scenarios/Travel.yaml',
    'src/a--b.ts',
  ]
  const good = [
    'src/domain/token-state.test.ts',
    'test/simulator/http2.ts',
    'scenarios/a-b.yaml',
    'README.md',
    'src/README.md',
    'helm/Chart.yaml',
  ]
  expect(badNames([...bad, ...good])).toEqual(bad)
})

describe('machineTraces', () => {
  const work = ['', 'work', 'main'].join('/')
  const tracesOf = (text: string) => machineTraces([{ path: 'a.md', text }])

  test.each([`cd ${work}`, `"${work}/x"`, `(${work})`, ['', 'root', '.npmrc'].join('/')])('%s', (text) => {
    expect(tracesOf(text)).toEqual(['a.md: a path of one machine'])
  })

  test.each(['npmjs.org', 'yarnpkg.com'])('registry of %s', (host) => {
    expect(tracesOf(`https://registry.${host}/x`)).toEqual(['a.md: a registry host'])
  })

  test.each(['src/work/a.ts', 'https://example.com/work/', './work/a', 'homework/', '/workspace'])(
    '%s is fine',
    (text) => {
      expect(tracesOf(text)).toEqual([])
    },
  )
})

test('lockfileProblems', () => {
  expect(lockfileProblems('{"packages": {"a": {"version": "1.0.0"}}}')).toEqual([])
  expect(lockfileProblems('{"packages": {"a": {"resolved": "https://…"}}}')).toHaveLength(1)
  const parent = '"node_modules/a": {"optionalDependencies": {"b-linux": "1.0.0"}}'
  expect(lockfileProblems(`{"packages": {${parent}}}`)).toHaveLength(1)
  expect(lockfileProblems(`{"packages": {${parent}, "node_modules/b-linux": {"version": "1.0.0"}}}`)).toEqual([])
})

describe('dependencyProblems', () => {
  test.each(['^1.0.0', '~1.0.0', '1.x', '*', 'latest', '>=1.0.0', '1.0', 'file:../a', 'git+ssh://a', 'npm:b@^1.0.0'])(
    '%s is not exact',
    (version) => {
      expect(dependencyProblems({ dependencies: { a: version } }, '| `a` | why |')).toEqual([
        `package.json: a ${version} is not pinned exactly`,
      ])
    },
  )

  test.each(['1.0.0', '1.0.0-rc.1', 'npm:@b/c@1.0.0'])('%s is exact', (version) => {
    expect(dependencyProblems({ devDependencies: { a: version } }, '| `a` | why |')).toEqual([])
  })

  test('each kind of dependency needs its line, and each line its dependency', () => {
    const manifest = {
      dependencies: { a: '1.0.0' },
      devDependencies: { b: '1.0.0' },
      optionalDependencies: { c: '1.0.0' },
    }
    expect(dependencyProblems(manifest, '')).toHaveLength(3)
    expect(dependencyProblems(manifest, '| `a`, `b` | works with `x` |\n- `c`: why, beside `y`')).toEqual([])
    expect(dependencyProblems({}, '| `a` | why |')).toEqual(['docs/decisions/dependencies.md: a is gone'])
  })

  test('a package that is only mentioned is not explained', () => {
    expect(dependencyProblems({ dependencies: { a: '1.0.0' } }, 'Instead of `a` we wrote our own.')).toHaveLength(1)
  })
})
