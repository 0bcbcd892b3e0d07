// The primes up to 167, which divide the parameter of the flawed generator for every key length.
const primes = [
  3n,
  5n,
  7n,
  11n,
  13n,
  17n,
  19n,
  23n,
  29n,
  31n,
  37n,
  41n,
  43n,
  47n,
  53n,
  59n,
  61n,
  67n,
  71n,
  73n,
  79n,
  83n,
  89n,
  97n,
  101n,
  103n,
  107n,
  109n,
  113n,
  127n,
  131n,
  137n,
  139n,
  149n,
  151n,
  157n,
  163n,
  167n,
]

function isPowerOf65537(residue: bigint, prime: bigint): boolean {
  let power = 1n
  do {
    if (power === residue) return true
    power = (power * 65537n) % prime
  } while (power !== 1n)
  return false
}

/**
 * Says what makes an RSA modulus breakable: a small factor, or the fingerprint of the flawed
 * generator of CVE-2017-15361 ("ROCA"), whose primes are powers of 65537 modulo many small primes.
 * A sound key shows the fingerprint by chance once in 240 million.
 *
 * @param modulus Big-endian bytes.
 * @returns The reason in words that follow "it", or `null`.
 */
export function findModulusWeakness(modulus: Uint8Array): string | null {
  const value = BigInt(`0x${Buffer.from(modulus).toString('hex')}`)
  if (value % 2n === 0n || primes.some((prime) => value % prime === 0n)) return 'has a small factor'
  return primes.every((prime) => isPowerOf65537(value % prime, prime))
    ? 'was made by the flawed generator of CVE-2017-15361'
    : null
}
