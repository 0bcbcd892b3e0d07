import { lookup as resolve } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { isPublicAddress } from './public-address.js'

/** A look-up that fails when any of the addresses is private: none of them is then tried. */
export const guardedLookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '')
    const [first] = addresses.filter(({ address }) => isPublicAddress(address))
    if (first === undefined || addresses.some(({ address }) => !isPublicAddress(address))) {
      return callback(new Error('the host has a private address'), '')
    }
    if (options.all) return callback(null, addresses)
    callback(null, first.address, first.family)
  })
}
