import type { Group } from '../group.js'
import { verifying } from '../jwt-peers.js'

const group: Group = await verifying('ES256')
export default group
