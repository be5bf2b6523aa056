import admin from './admin'
import bots from './bots'
import common from './common'
import inbox from './inbox'
import lists from './lists'
import notices from './notices'
import thread from './thread'
import writing from './writing'

export default { ...common, ...inbox, ...lists, ...thread, ...admin, ...bots, ...writing, ...notices }
