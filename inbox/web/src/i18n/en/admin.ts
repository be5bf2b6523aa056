export default {
  channels: {
    title: 'Channels', intro: 'Accounts through which customers reach you.', add: 'Add a channel', empty: 'No channels yet', emptyHelp: 'Add the first one: it takes a minute.', failed: 'The channels could not be loaded',
    states: { active: 'Active', paused: 'Paused', broken: 'Stopped', removed: 'Removed' }, simulated: 'simulated', account: 'Account', lastIn: 'Last in', lastOut: 'Last out', lastError: 'Last failure', never: 'never', lag: '{time} late', traffic: 'Last 24 hours', received: '{n} in', sent: '{n} out', notSent: '{n} failed ({share})', unknown: '{n} unknown', waiting: 'Waiting to be sent', waitingSince: '{n} · for {time}',
    check: 'Check', checking: 'Checking…', pause: 'Pause', resume: 'Resume', remove: 'Remove', removeAsk: 'Remove the channel “{name}”?', removeHelp: 'Its conversations stay. Customers who write to it are no longer heard.',
    pickType: 'What do you want to connect?', name: 'Name', nameHelp: 'As colleagues see it in the list.', save: 'Add the channel', saving: 'Checking and adding…', back: 'Other type', required: 'needed',
    checkOk: 'Everything works', checkFailed: 'Something needs your attention', remedy: 'What to do', secretSet: 'is set; leave it empty to keep it', wrongJson: 'This is no valid JSON.', needed: 'This field is needed.', listHelp: 'One per line', number: '{n} open conversation | {n} open conversations',
    edit: 'Settings', editTitle: 'Settings of “{name}”', optional: 'More settings', webhook: 'Address for the platform', adminOnly: 'Only admins change channels.',
  },
  dead: {
    title: 'Dead letters', intro: 'What could not be handled. Nothing is lost: look at the cause, then replay or drop it.', empty: 'No dead letters', emptyHelp: 'Everything that arrived was handled.', failed: 'The dead letters could not be loaded',
    states: { open: 'Open', replayed: 'Replayed', dropped: 'Dropped' }, source: 'Source', reason: 'Reason', at: 'When', replay: 'Replay', drop: 'Drop', replayed: 'Replayed', dropped: 'Dropped', dropAsk: 'Drop this item?', dropHelp: 'It will not be handled. Its record stays.', details: 'Details', envelope: 'Envelope', headers: 'Headers', raw: 'Raw bytes', channel: 'Channel', conversation: 'Conversation', openIt: 'Open', pick: 'Choose an item to see its details', forbidden: 'Only admins and supervisors see dead letters.', filter: 'State',
  },
  settings: {
    title: 'Settings', profile: 'Profile', name: 'Name', language: 'Language', theme: 'Appearance', themes: { system: 'As the system', light: 'Light', dark: 'Dark', contrast: 'High contrast' }, keys: 'Keys', password: 'Password', currentPassword: 'Current password', newPassword: 'New password', changePassword: 'Change the password', passwordChanged: 'The password is changed', short: 'At least 10 characters.', passwordHelp: 'At least 10 characters. Long is better than odd.',
    agents: 'Agents', agentsIntro: 'Who answers customers here.', addAgent: 'Add an agent', email: 'E-mail', role: 'Role', roles: { admin: 'Admin', supervisor: 'Supervisor', agent: 'Agent', bot: 'Bot' }, active: 'Active', inactive: 'Switched off', deactivate: 'Switch off', activate: 'Switch on', firstPassword: 'First password', firstPasswordHelp: 'Leave it empty and one is made.', made: '{name} can sign in now', madePassword: 'Password, shown only once:', you: 'you', about: 'About', version: 'Version {version}', needName: 'Enter a name.', signOut: 'Sign out', roleOf: 'Role of {name}', loadFailed: 'The agents could not be loaded',
  },
}
