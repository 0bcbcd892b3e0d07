import type { Group } from '../group.js'
import { verifying } from '../jwt-peers.js'

const group: Group = await verifying('RS256')
export default group
