import type { Group } from '../group.js'
import { issuing } from '../jwt-peers.js'

const group: Group = await issuing('HS256')
export default group
