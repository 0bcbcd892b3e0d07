import { createHash } from 'node:crypto'

/** A script that the server runs at once, with the name under which it remembers it. */
export interface Script {
  readonly source: string
  readonly sha: string
}

function script(source: string): Script {
  return { source, sha: createHash('sha1').update(source).digest('hex') }
}

const now = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`

/**
 * KEYS record. ARGV known version, new version, JSON, expiry in milliseconds or ''.
 *
 * A record that already has the new version was written by this very call, sent twice by a client
 * that lost the first answer.
 */
export const replaceScript: Script = script(`
local kept = redis.call('GET', KEYS[1])
if not kept then return 0 end
local version = string.sub(kept, 1, (string.find(kept, ':', 1, true) or 1) - 1)
if version == ARGV[2] then return 1 end
if version ~= ARGV[1] then return 0 end
local value = ARGV[2] .. ':' .. ARGV[3]
if ARGV[4] == '' then redis.call('SET', KEYS[1], value, 'KEEPTTL')
else redis.call('SET', KEYS[1], value, 'PXAT', ARGV[4]) end
return 1
`)

/** KEYS counter. ARGV by, limit, expiry in milliseconds. Returns the value and whether allowed. */
export const incrementScript: Script = script(`
local kept = redis.call('GET', KEYS[1])
local value = tonumber(kept or '0')
local by = tonumber(ARGV[1])
if by > 0 and value + by > tonumber(ARGV[2]) then
  return { string.format('%.0f', value), 0 }
end
value = math.max(0, value + by)
local text = string.format('%.0f', value)
if kept then redis.call('SET', KEYS[1], text, 'KEEPTTL')
elseif value > 0 then redis.call('SET', KEYS[1], text, 'PXAT', ARGV[3]) end
return { text, 1 }
`)

/** Drops what has ended from a set and from its companion, a thousand at most, and keeps both. */
function purge(dropFromFirst: string): string {
  return `
local ended = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, 1000)
if #ended > 0 then
  redis.call('ZREM', KEYS[2], unpack(ended))
  redis.call('${dropFromFirst}', KEYS[1], unpack(ended))
end
`
}

/** Both keys end with the last thing in them. */
const keep = `
for _, key in ipairs(KEYS) do
  if redis.call('PEXPIRETIME', key) < tonumber(expiry) then
    redis.call('PEXPIREAT', key, expiry)
  end
end
`

/** KEYS members, expiries. ARGV member, expiry in milliseconds. */
export const linkScript: Script = script(`
${now}
redis.call('ZADD', KEYS[1], 0, ARGV[1])
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
${purge('ZREM')}
local expiry = ARGV[2]
${keep}
return 1
`)

/** KEYS members, expiries. ARGV member. */
export const unlinkScript: Script = script(`
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
return 1
`)

/**
 * KEYS members, expiries. ARGV cursor or '', limit. Returns up to limit + 1 members behind the
 * cursor, in the order of their bytes: an order that does not change when an expiry does.
 */
export const listScript: Script = script(`
${now}
${purge('ZREM')}
local from = ARGV[1] == '' and '-' or '(' .. ARGV[1]
local wanted = tonumber(ARGV[2]) + 1
local found = {}
while #found < wanted do
  local page = redis.call('ZRANGE', KEYS[1], from, '+', 'BYLEX', 'LIMIT', 0, wanted)
  if #page == 0 then break end
  local ends = redis.call('ZMSCORE', KEYS[2], unpack(page))
  for place, member in ipairs(page) do
    if ends[place] and tonumber(ends[place]) > now and #found < wanted then
      table.insert(found, member)
    end
  end
  from = '(' .. page[#page]
end
return found
`)

const day = 86_400_000

/**
 * KEYS stream, expiries. ARGV JSON, expiry in milliseconds. Returns the cursor.
 *
 * The stream outlives its last entry by a day, since it is the stream that keeps cursors growing
 * when the clock of the server is set back.
 */
export const appendScript: Script = script(`
${now}
${purge('XDEL')}
local cursor = redis.call('XADD', KEYS[1], '*', 'e', ARGV[1])
redis.call('ZADD', KEYS[2], ARGV[2], cursor)
local expiry = string.format('%.0f', math.max(tonumber(ARGV[2]), now) + ${day})
${keep}
return cursor
`)

/** KEYS stream, expiries. Drops ended entries; returns how many it dropped. */
export const purgeFeedScript: Script = script(`
${now}
${purge('XDEL')}
return #ended
`)
