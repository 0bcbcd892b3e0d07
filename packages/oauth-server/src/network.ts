import { isIPv6 } from 'node:net'

const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i

function groupsOf(text: string): string[] {
  return text.split(':').filter((group) => group !== '')
}

/**
 * What is limited together: an IPv4 address, or the /64 of an IPv6 address, since one household
 * or server has all of it.
 */
export function networkOf(ip: string): string {
  const address = mapped.exec(ip)?.[1] ?? ip
  if (!isIPv6(address)) return address
  const [front = '', back] = address.split('::')
  const head = groupsOf(front)
  const zeros = back === undefined ? 0 : 8 - head.length - groupsOf(back).length
  const groups = [...head, ...Array<string>(zeros).fill('0'), ...groupsOf(back ?? '')]
  const network = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16))
  return `${network.join(':')}::/64`
}
