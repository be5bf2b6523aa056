import admin from './admin'
import bots from './bots'
import common from './common'
import inbox from './inbox'
import thread from './thread'
import writing from './writing'

export default { ...common, ...inbox, ...thread, ...admin, ...bots, ...writing }
