import { afterEach, describe, expect, test, vi } from 'vitest'
import { ManualClock, systemClock } from './clock.ts'

describe('ManualClock', () => {
  test('stands still until it is moved', async () => {
    const clock = new ManualClock(1_000_000)
    expect([clock.nowMs(), clock.wallMs()]).toEqual([0, 1_000_000])
    await clock.advance(2.5)
    expect([clock.nowMs(), clock.wallMs()]).toEqual([2.5, 1_000_002.5])
  })

  test('wakes sleepers by their time, then by their arrival', async () => {
    const clock = new ManualClock()
    const woken: string[] = []
    const sleeper = (name: string, ms: number) => clock.sleep(ms).then(() => woken.push(`${name}@${clock.nowMs()}`))
    void sleeper('late', 20)
    void sleeper('early a', 10)
    void sleeper('early b', 10)
    void sleeper('beyond', 31)
    await clock.advance(30)
    expect(woken).toEqual(['early a@10', 'early b@10', 'late@20'])
    expect(clock.nowMs()).toBe(30)
    expect(clock.nextWakeMs()).toBe(31)
  })

  test('a sleeper woken on the way may sleep again and be woken within the same move', async () => {
    const clock = new ManualClock()
    const ticks: number[] = []
    const loop = async () => {
      for (;;) {
        await clock.sleep(10)
        ticks.push(clock.nowMs())
      }
    }
    void loop()
    await clock.advance(35)
    expect(ticks).toEqual([10, 20, 30])
  })

  test('does not wake a sleeper before its time', async () => {
    const clock = new ManualClock()
    let woken = false
    void clock.sleep(10).then(() => {
      woken = true
    })
    await clock.advance(9.999)
    expect(woken).toBe(false)
    await clock.advance(0.001)
    expect(woken).toBe(true)
  })

  test('a negative or zero sleep waits for the next move, and never turns time back', async () => {
    const clock = new ManualClock()
    await clock.advance(5)
    let wokenAt = -1
    void clock.sleep(-10).then(() => {
      wokenAt = clock.nowMs()
    })
    await clock.advance(0)
    expect(wokenAt).toBe(5)
    expect(clock.nowMs()).toBe(5)
  })

  test('one move to the next wakes one sleeper: the earliest, and of equals the first that came', async () => {
    const clock = new ManualClock()
    const woken: string[] = []
    const sleep = (name: string, ms: number) => void clock.sleep(ms).then(() => woken.push(name))
    sleep('late', 20)
    sleep('first', 10)
    sleep('second', 10)
    await clock.advanceToNext()
    expect([clock.nowMs(), woken]).toEqual([10, ['first']])
    await clock.advanceToNext()
    await clock.advanceToNext()
    await clock.advanceToNext()
    expect([clock.nowMs(), woken]).toEqual([20, ['first', 'second', 'late']])
  })

  test('an abort wakes the sleeper at once and leaves nothing behind', async () => {
    const clock = new ManualClock()
    const controller = new AbortController()
    const sleeping = clock.sleep(1000, controller.signal)
    controller.abort()
    await sleeping
    expect(clock.nowMs()).toBe(0)
    expect(clock.nextWakeMs()).toBeUndefined()
    await clock.sleep(1000, controller.signal)
    expect(clock.nextWakeMs()).toBeUndefined()
  })

  test('sleeps that ended leave no listener on a signal that lives on', async () => {
    const clock = new ManualClock()
    const signal = new AbortController().signal
    const removed = vi.spyOn(signal, 'removeEventListener')
    void clock.sleep(1, signal)
    await clock.advance(1)
    expect(removed).toHaveBeenCalledTimes(1)
  })
})

describe('systemClock', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  test('tells the epoch and a monotonic time', () => {
    const before = systemClock.nowMs()
    expect(systemClock.nowMs()).toBeGreaterThanOrEqual(before)
    expect(Math.abs(systemClock.wallMs() - Date.now())).toBeLessThan(1000)
  })

  test('an abort ends a sleep, before or during it', async () => {
    const controller = new AbortController()
    const sleeping = systemClock.sleep(3_600_000, controller.signal)
    controller.abort()
    await sleeping
    await systemClock.sleep(3_600_000, controller.signal)
  })

  test('sleeps longer than the 2^31 ms that a timer can hold, where a bare timer fires at once', async () => {
    vi.useFakeTimers()
    const monthMs = 30 * 24 * 3_600_000
    let woken = false
    void systemClock.sleep(monthMs).then(() => {
      woken = true
    })
    await vi.advanceTimersByTimeAsync(monthMs - 1)
    expect(woken).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(woken).toBe(true)
  })

  test('an endless sleep ends with its signal only', async () => {
    vi.useFakeTimers()
    const controller = new AbortController()
    let woken = false
    const sleeping = systemClock.sleep(Number.POSITIVE_INFINITY, controller.signal).then(() => {
      woken = true
    })
    await vi.advanceTimersByTimeAsync(2 ** 31)
    expect(woken).toBe(false)
    controller.abort()
    await sleeping
  })
})
