export default {
  reading: {
    newer: 'Loading later messages…', keys: 'Up and Down go from message to message, Tab to what can be done with it, End to the newest.', toDay: 'Go to a day', go: 'Go', toBeginning: 'To the beginning',
  },
}
