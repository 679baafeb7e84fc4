import { type Script, script } from './script.ts';

/** A pod tells of its slots at least so often; what was not told of for ten times as long is forgotten. */
export const slotRenewMs = 1000;

export const argumentsPerSlotCounter = 3;
export const answersPerSlotCounter = 1;

/**
 * Leases slots of several counters at once. What a pod holds is told as it is and not as a change, so a script that ran
 * twice, or was lost, leaves nothing wrong behind.
 *
 * KEYS: pods, then one hash for each counter, with the slots of each pod. ARGV: pod; `1` when the counters belong to one
 * call, so that nothing is taken anywhere if one of them has none left; then for each counter: the limit, slots that the
 * pod holds, slots that it wants beside. Answers for each counter the slots granted. Slots of pods that have died are free.
 */
export const slotScript: Script = script(`local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
local counters = {}
local refused = false
for i = 2, #KEYS do
  local p = 2 + (i - 2) * ${argumentsPerSlotCounter}
  local limit, held, want = tonumber(ARGV[p + 1]), tonumber(ARGV[p + 2]), tonumber(ARGV[p + 3])
  local others = 0
  local all = redis.call('HGETALL', KEYS[i])
  for k = 1, #all, 2 do
    if all[k] ~= ARGV[1] then
      if redis.call('ZSCORE', KEYS[1], all[k]) then
        others = others + tonumber(all[k + 1])
      else
        redis.call('HDEL', KEYS[i], all[k])
      end
    end
  end
  local grant = math.max(0, math.min(want, limit - others - held))
  if want > 0 and grant == 0 then refused = true end
  counters[i] = { held, grant }
end
local answer = {}
for i = 2, #KEYS do
  local held, grant = counters[i][1], counters[i][2]
  if refused and ARGV[2] == '1' then grant = 0 end
  if held + grant > 0 then
    redis.call('HSET', KEYS[i], ARGV[1], held + grant)
    redis.call('PEXPIREAT', KEYS[i], now + ${10 * slotRenewMs})
  else
    redis.call('HDEL', KEYS[i], ARGV[1])
  end
  answer[#answer + 1] = grant
end
return answer
`);
