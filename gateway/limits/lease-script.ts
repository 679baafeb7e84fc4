import { script } from './script.ts';

/** How both scripts begin: `now` by Redis' clock, and the `epoch`, which begins here if there is none. */
const beginning = `local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local epoch = redis.call('GET', KEYS[1])
if not epoch then
  epoch = ARGV[2]
  redis.call('SET', KEYS[1], epoch)
end
`;

/** Arguments for each counter of {@link leaseScript}, in this order. */
export interface LeaseArguments {
  readonly limit: number;
  /** Tokens asked for; 0: only tells what the pod knows. */
  readonly want: number;
  /** Unspent tokens of the window `start` that are given back. */
  readonly back: number;
  /** Calls that were admitted without a token while Redis could not be asked. */
  readonly debt: number;
  /** Milliseconds of a fixed window; 0: a calendar window from `from` until `until`, milliseconds since the epoch. */
  readonly length: number;
  /** Of a fixed window: how long ago the pod began one of its own, in milliseconds. */
  readonly from: number;
  readonly until: number;
  /** The window that the pod knows, by its beginning; 0: none. */
  readonly start: number;
  /** What was granted in it, as far as the pod was told. */
  readonly known: number;
  /** At most so many within any one second; 0: no such bound. */
  readonly burst: number;
  /** Of all that was ever granted in the window, with what came back: it only grows, so a Redis that has less has lost some. */
  readonly granted: number;
  /** 1: `known` stems from an epoch before the one that the pod knows now. */
  readonly old: number;
}

export const argumentsPerCounter = 12;

export function flatten(a: LeaseArguments): number[] {
  return [a.limit, a.want, a.back, a.debt, a.length, a.from, a.until, a.start, a.known, a.burst, a.granted, a.old];
}

/**
 * Leases tokens of several counters at once. All time is Redis' own.
 *
 * KEYS: epoch, then one hash for each counter. ARGV: the epoch that the pod knows; a name for a new one; `1` when the
 * counters belong to one call, so that nothing is taken anywhere if one of them has nothing left; then
 * {@link LeaseArguments} for each. Answers epoch, time, then for each counter: tokens granted, all that is granted in the
 * window, milliseconds left of it, its beginning, milliseconds until the burst has room (0: it has), 1 if the pod's
 * calendar window is not the one of Redis' clock, all that was ever granted in the window.
 *
 * A hash has `s` beginning, `e` end, `l` length, `g` granted in this epoch, `b` what pods said was granted before (a flush
 * or a failover lost it), `v` all ever granted (what comes back does not lower it), and `x0`…`x23`: tokens granted in slots of 50 ms, for the burst.
 */
export const leaseScript = script(`
${beginning}local met = epoch == ARGV[1]
local together = ARGV[3] == '1'
local counters = {}
local refused = false

for i = 2, #KEYS do
  local p = 3 + (i - 2) * ${argumentsPerCounter}
  local function arg(n) return tonumber(ARGV[p + n]) end
  local limit, want, back, debt, length = arg(1), arg(2), arg(3), arg(4), arg(5)
  local from, til, start, known, burst = arg(6), arg(7), arg(8), arg(9), arg(10)
  local granted = arg(11)
  local same = met and arg(12) == 0
  local h = redis.call('HMGET', KEYS[i], 's', 'e', 'g', 'b', 'l', 'v')
  local s, e, g, b, l = tonumber(h[1]), tonumber(h[2]), tonumber(h[3]), tonumber(h[4]), tonumber(h[5])
  local v = tonumber(h[6])
  local c = { grant = 0, wait = 0, stale = 0 }
  counters[i] = c
  if length == 0 and (now < from or now >= til) then
    c.stale, c.g, c.b, c.s, c.e, c.v = 1, 0, 0, 0, now, 0
    refused = true
  else
    -- A fixed window keeps its beginning when its length was edited, all others their count.
    if s and l ~= length and l > 0 and length > 0 then e = s + length end
    local open = s and now < e
    if open and length == 0 then
      s, e = from, til
    elseif open and l == 0 then
      s, e = now, now + length
    end
    local stillOpen = start > 0 and known > 0 and ((length > 0 and start <= now and now < start + length) or (length == 0 and start == from))
    if not open then
      g, b, v = 0, 0, 0
      if stillOpen then
        s, b = start, known
        if same then v = granted end
      elseif length == 0 then
        s = from
      else
        s = now - math.min(from, length - 1)
      end
      e = length == 0 and til or s + length
    elseif stillOpen and start ~= s and not same then
      -- Somebody who knew nothing began a window after a flush: the older one goes on.
      if start < s then s, e = start, start + length end
      b = math.max(b, known)
    elseif stillOpen and start == s then
      if not same then
        b = math.max(b, known)
      elseif granted > v then
        b, v = b + math.max(0, known - g - b), granted
      end
    end
    if start == s then g = math.max(g - back, -b) end
    g = g + debt
    local room = limit - g - b
    if burst > 0 then
      local slot = math.floor(now / 50)
      local fields = {}
      for k = 0, 23 do fields[k + 1] = 'x' .. k end
      local slots = redis.call('HMGET', KEYS[i], unpack(fields))
      local taken, oldest = 0, slot
      c.slot, c.inSlot = slot, 0
      for k = 1, 24 do
        local at, count = string.match(slots[k] or '', '^(%d+):(%d+)$')
        at, count = tonumber(at), tonumber(count)
        if at and at > slot - 22 and at <= slot then
          taken = taken + count
          if at < oldest then oldest = at end
          if at == slot then c.inSlot = count end
        end
      end
      if taken >= burst then c.wait = (oldest + 22) * 50 - now end
      room = math.min(room, burst - taken)
    end
    c.grant = math.max(0, math.min(want, room))
    if want > 0 and c.grant == 0 then refused = true end
    c.g, c.b, c.s, c.e, c.l, c.v = g, b, s, e, length, v
    c.write = want > 0 or back > 0 or debt > 0 or not open or not same
  end
end

local answer = { epoch, now }
for i = 2, #KEYS do
  local c = counters[i]
  if refused and together then c.grant = 0 end
  c.g = c.g + c.grant
  c.v = c.v + c.grant
  if c.write and c.g + c.b > 0 then
    redis.call('HSET', KEYS[i], 's', c.s, 'e', c.e, 'g', c.g, 'b', c.b, 'l', c.l, 'v', c.v)
    if c.slot and c.grant > 0 then
      redis.call('HSET', KEYS[i], 'x' .. (c.slot % 24), c.slot .. ':' .. (c.inSlot + c.grant))
    end
    redis.call('PEXPIREAT', KEYS[i], c.e + 2000)
  end
  for _, value in ipairs({ c.grant, c.g + c.b, c.e - now, c.s, c.wait, c.stale, c.v }) do answer[#answer + 1] = value end
end
return answer
`);

/** Numbers of the answer for each counter. */
export const answersPerCounter = 7;

/** A pod lets go of its place among {@link heartbeatScript}'s after so long without a sign. */
export const podExpiryMs = 5000;

/**
 * A pod is there. KEYS: epoch, pods (a sorted set by time of the last sign). ARGV: pod, a name for a new epoch. Answers
 * epoch, time, how many pods there are.
 */
export const heartbeatScript = script(`
${beginning}redis.call('ZADD', KEYS[2], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[2], 0, now - ${podExpiryMs})
redis.call('PEXPIREAT', KEYS[2], now + 60000)
return { epoch, now, redis.call('ZCARD', KEYS[2]) }
`);
