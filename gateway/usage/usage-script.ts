import { script } from '../limits/script.ts';

/** Usage is kept for so many hours. */
export const keptHours = 24 * 31;
const hourMs = 3_600_000;
/** Most combinations of names in one hour, over all pods; what comes beyond counts under `_other`. */
export const maxCellsPerHour = 20_000;
/** Numbers of a cell: success, three kinds of errors, aborted, bytes in and out. */
export const countsPerCell = 7;

/**
 * Adds what a process has counted in one hour. The process numbers what it sends, so that what it sends again, because
 * no answer came, counts once.
 *
 * KEYS: number of the last flush of this process, hash of the hour. ARGV: number of this flush, name for what finds no
 * room, the hour's end in milliseconds since the epoch, then for each cell its name and its {@link countsPerCell} numbers.
 * Answers 1: added. 0: it had been added. -1: this Redis has lost what the process told it before, and nothing was added.
 */
export const addUsageScript = script(`local last = tonumber(redis.call('GET', KEYS[1]) or '0')
local flush = tonumber(ARGV[1])
if last >= flush then return 0 end
if last == 0 and flush > 1 then return -1 end
local cells = redis.call('HLEN', KEYS[2])
for i = 4, #ARGV, ${countsPerCell + 1} do
  local name = ARGV[i]
  local before = redis.call('HGET', KEYS[2], name)
  if not before then
    if cells >= ${maxCellsPerHour} then
      name = ARGV[2]
      before = redis.call('HGET', KEYS[2], name)
    end
    cells = cells + 1
  end
  local sums = {}
  for number in string.gmatch(before or '', '%d+') do sums[#sums + 1] = number end
  for k = 1, ${countsPerCell} do
    sums[k] = string.format('%.0f', (tonumber(sums[k]) or 0) + tonumber(ARGV[i + k]))
  end
  redis.call('HSET', KEYS[2], name, table.concat(sums, ' '))
end
local gone = tonumber(ARGV[3]) + ${keptHours * hourMs}
redis.call('PEXPIREAT', KEYS[2], string.format('%.0f', gone))
redis.call('SET', KEYS[1], flush)
redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', gone))
return 1
`);

/** KEYS: hashes of hours. Answers for each a flat list of names and numbers. */
export const readUsageScript = script(`local hours = {}
for i = 1, #KEYS do hours[i] = redis.call('HGETALL', KEYS[i]) end
return hours
`);
