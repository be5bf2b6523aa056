export default {
  filters: {
    title: 'Filters', add: 'Filter', remove: 'Remove the filter: {name}', clear: 'Clear the filters', nothing: 'Nothing of that kind', empty: 'No conversation passes these filters', emptyHelp: 'Take one of them away.', none: 'Not known', longer: 'longer than {time}',
    fields: { status: 'Status', assignee_id: 'Assignee', follower: 'Follower', channel_id: 'Channel', team_id: 'Team', line: 'Line', label: 'Label', topic: 'Topic', priority: 'Priority', language: 'Language', segment: 'Segment', waiting_s: 'Waits' },
  },
  saved: {
    title: 'My views', none: 'Filter a list and keep it here.', save: 'Save as a view', edit: 'Name and people', update: 'Update “{name}”', who: 'Who sees it', private: 'Only me', team: 'Team {name}', noTeams: 'You are in no team to share it with.', shared: 'Shared with a team',
    menu: 'View {name}', up: 'Move up', down: 'Move down', removeTitle: 'Remove the view “{name}”?', removeShared: 'It goes for the whole team.', gone: 'This view is not there', goneHelp: 'It was removed, or it is somebody else’s.',
  },
  groups: { toggle: 'By topic', on: 'Grouped by topic', leave: 'Back to the list', topics: 'Topics', labels: 'Labels', none: 'Nothing to group by', noneHelp: 'Open conversations have neither a topic nor a label.' },
  bulk: {
    title: 'What to do with the selected ones', choose: 'Select {name}', chosen: '{n} selected | {n} selected', clear: 'Clear the selection', all: 'Select all {n}', allLoaded: 'Select the {n} shown', doing: '{what} · {n} conversation | {what} · {n} conversations', withoutLabel: 'without {name}', noTopic: 'No topic',
    what: { assign: 'Assign', snooze: 'Snooze', label: 'Label', priority: 'Priority', topic: 'Topic' },
    done: '{what}: done', undo: 'Undo', undoing: 'Putting back…', undone: '{n} put back | {n} put back', failures: '{n} not done | {n} not done', failuresTitle: 'What was not done, and why',
  },
  many: {
    title: 'One reply to many', help: 'Goes to the customer of {n} conversation. | Goes to the customers of {n} conversations.', what: 'What is sent', own: 'My own text', text: 'Text', variables: "Variables such as {'{'}{'{'}contact.first_name{'}'}{'}'} are filled in for each customer.", pace: 'Pace', perMinute: '{n} a minute',
    preview: 'As it is seen', leftOut: '{n} is not written to | {n} are not written to', unseen: '{n} more is looked at when it is sent. | {n} more are looked at when it is sent.', send: 'Send to {n} | Send to {n}', doing: 'Reply to {n} customer | Reply to {n} customers',
    why: { merged: 'merged into another conversation', unreachable: 'cannot be reached there', same_contact: 'is written to in another conversation', window_closed: 'the reply window is closed' },
  },
  find: {
    kind: 'What is looked for', kinds: { all: 'Everything', messages: 'Messages', conversations: 'Conversations', contacts: 'Contacts' }, anyChannel: 'Any channel', anyStatus: 'Any status', anyAuthor: 'By anybody', author: 'Author', authors: { contact: 'By customers', me: 'By me', agent: 'By agents', bot: 'By bots' },
    narrow: 'More filters', since: 'From', until: 'To', files: 'With files', recent: 'Recent searches', forget: 'Clear recent searches', failed: 'The search did not work', narrowed: 'Try fewer filters or other words.', found: 'Conversations and messages', noConversation: 'There is no conversation with this person yet.',
  },
  palette: {
    title: 'Commands', help: 'Write what you want to do or where you want to go.', placeholder: 'Do something or go somewhere…', none: 'Nothing of that name', ran: 'The macro has run',
    groups: { action: 'This conversation', page: 'Go to', view: 'Views', setting: 'Settings', canned: 'Canned replies', macro: 'Macros', conversation: 'Conversations', contact: 'Contacts' },
    languages: { en: 'English', ru: 'Russian' }, presence: { online: 'I am here', away: 'I am away', offline: 'I am off' },
  },
}
