/** Two soft tones, made here: there is no file to fetch and none to wait for. */
let audio: AudioContext | null = null

/** Browsers let a page sound only after somebody has touched it. */
export function allowSound(): void {
  audio ??= new AudioContext()
  if (audio.state === 'suspended') void audio.resume()
}

export function playSound(): void {
  if (audio?.state !== 'running') return
  const { currentTime } = audio
  for (const [index, pitch] of [880, 1174.66].entries()) {
    const at = currentTime + index * 0.12
    const tone = new OscillatorNode(audio, { frequency: pitch })
    const gain = new GainNode(audio, { gain: 0 })
    gain.gain.setValueAtTime(0, at)
    gain.gain.linearRampToValueAtTime(0.12, at + 0.015)
    gain.gain.exponentialRampToValueAtTime(0.0005, at + 0.3)
    tone.connect(gain).connect(audio.destination)
    tone.start(at)
    tone.stop(at + 0.32)
  }
}
