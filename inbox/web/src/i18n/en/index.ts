import admin from './admin'
import bots from './bots'
import common from './common'
import lists from './lists'
import inbox from './inbox'
import thread from './thread'
import writing from './writing'

export default { ...common, ...inbox, ...lists, ...thread, ...admin, ...bots, ...writing }
