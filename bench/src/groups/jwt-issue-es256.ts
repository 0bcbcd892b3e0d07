import type { Group } from '../group.js'
import { issuing } from '../jwt-peers.js'

const group: Group = await issuing('ES256')
export default group
