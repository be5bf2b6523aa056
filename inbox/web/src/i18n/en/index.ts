import admin from './admin'
import bots from './bots'
import common from './common'
import desk from './desk'
import inbox from './inbox'
import thread from './thread'

export default { ...common, ...inbox, ...desk, ...thread, ...admin, ...bots }
