import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net'

const cidrShape = /^([0-9A-Fa-f:.]+)(?:\/(0|[1-9][0-9]{0,2}))?$/
const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i

/** Whether an address may use a key. */
export type AddressRule = (address: string) => boolean

/** Whether a text is an address, or a network in CIDR notation (RFC 4632, RFC 4291 §2.3). */
export function isCidr(text: string): boolean {
  return parseCidr(text) !== null
}

/**
 * Prepares a list of networks.
 *
 * @param cidrs As {@link isCidr} accepts; others match nothing.
 * @returns `null` for an empty list: any address may.
 */
export function createAddressRule(cidrs: readonly string[]): AddressRule | null {
  if (cidrs.length === 0) return null
  const list = new BlockList()
  for (const cidr of cidrs) {
    const parsed = parseCidr(cidr)
    if (parsed !== null) list.addSubnet(parsed.address, parsed.bits, parsed.family)
  }
  return (address) => {
    const plain = unmap(address)
    if (isIPv4(plain)) return list.check(plain, 'ipv4')
    return isIPv6(plain) && list.check(plain, 'ipv6')
  }
}

/**
 * The unit in which callers are counted: an IPv4 address by itself, an IPv6 address by the /64
 * that one subscriber has, an IPv4-mapped one as IPv4.
 */
export function networkOf(address: string): string {
  const plain = unmap(address)
  if (!isIPv6(plain)) return plain
  const [head = '', tail] = plain.split('::')
  const groups = head === '' ? [] : head.split(':')
  if (tail !== undefined) {
    const rest = tail === '' ? [] : tail.split(':')
    const missing = 8 - groups.length - rest.length - (tail.includes('.') ? 1 : 0)
    groups.push(...Array<string>(missing).fill('0'), ...rest)
  }
  const network = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16))
  return `${network.join(':')}::/64`
}

function unmap(address: string): string {
  const match = mapped.exec(address)
  return match === null ? address : (match[1] as string)
}

function parseCidr(
  text: string,
): { address: string; bits: number; family: 'ipv4' | 'ipv6' } | null {
  const match = cidrShape.exec(text)
  if (match === null) return null
  const version = isIP(match[1] as string)
  if (version === 0) return null
  const most = version === 4 ? 32 : 128
  const bits = match[2] === undefined ? most : Number(match[2])
  if (bits > most) return null
  return { address: match[1] as string, bits, family: version === 4 ? 'ipv4' : 'ipv6' }
}
