import { describe, expect, test } from 'vitest'
import { covers, SessionToken } from './session-token.ts'
import { WireToken } from './wire-token.ts'

/** What @azure/cosmos 4.10.1 was seen to do with tokens, and what this algebra does instead. */
describe('where @azure/cosmos 4.10.1 goes wrong', () => {
  const parsed = (text: string): SessionToken => {
    const result = SessionToken.parse(text)
    if ('problem' in result) throw new Error(result.problem)
    return result.token
  }
  const merged = (left: string, right: string) => parsed(left).merge(parsed(right)).reveal()

  test('plain 0:101 stays 101, where it makes 0:101#NaN', () => {
    expect(parsed('0:101').reveal()).toBe('0:101')
    expect(merged('0:101', '1:1#5')).toBe('0:101,1:1#5')
    expect(merged('0:101', '0:102')).toBe('0:102')
  })

  test('the empty segment of 0:1#100# is a problem at once, where it poisons every later call with a TypeError', () => {
    expect(SessionToken.parse('0:1#100#')).toEqual({ problem: 'a region segment without "region="' })
  })

  test('an LSN above 2^53 stays exact, where it becomes a float', () => {
    expect(merged('0:1#9007199254740993#1=9007199254740993', '0:1#9007199254740992#1=1')).toBe(
      '0:1#9007199254740993#1=9007199254740993',
    )
    expect(covers(parsed('0:1#9007199254740992'), parsed('0:1#9007199254740993'), '0')).toBe(false)
  })

  test('11=-1 merged with 11=5 gives 5, where it keeps -1', () => {
    expect(merged('0:1#9#11=-1', '0:1#9#11=5')).toBe('0:1#9#11=5')
    expect(merged('0:1#9#11=5', '0:1#9#11=-1')).toBe('0:1#9#11=5')
  })

  test('after a failover the newer token stands alone, where the larger global LSN makes "false progress"', () => {
    expect(merged('0:1#100#1=50', '0:2#60#1=40')).toBe('0:2#60#1=40')
  })

  test('other regions under the same version merge, where it throws on a write that was answered 201', () => {
    expect(merged('0:1#100#1=50', '0:1#101#2=60')).toBe('0:1#101#1=50#2=60')
  })

  test('a token is narrowed to its range, where it joins all ranges onto every call', () => {
    expect(parsed('0:1#5,1:1#6,2:1#7').narrow('1').reveal()).toBe('1:1#6')
  })

  test("after a split a parent's token counts for the child, where it has no such logic", () => {
    const ancestry = (range: string) => (range === '1' ? ['0'] : [])
    expect(covers(parsed('0:1#5'), parsed('0:1#5'), '1', ancestry)).toBe(true)
  })

  test.each(['garbage', '42', '0:', '0:1#100#'])('%j is seen to be malformed, where it is sent unparsed', (text) => {
    const wire = new WireToken(text)
    expect(wire.parsed).toBeUndefined()
    expect(wire.problem).toEqual(expect.any(String))
    expect(wire.reveal()).toBe(text)
  })
})
