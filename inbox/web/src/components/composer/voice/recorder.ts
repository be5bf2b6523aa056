/** Recording a voice message: the microphone, how loud it is, and the file that comes of it. */
import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { lengthOf, oggOf } from './ogg'
import { opusOf } from './webm'

export type Trouble = 'denied' | 'none' | 'insecure' | 'failed'
export interface Recorder {
  state: Ref<'idle' | 'asking' | 'recording' | 'done'>
  trouble: Ref<Trouble | null>
  /** How loud it is now and was, each 0 to 1; the newest last. */
  levels: Ref<number[]>
  seconds: Ref<number>
  file: ShallowRef<File | null>
  start: () => Promise<void>
  stop: () => void
  discard: () => void
}
const LEVELS = 48
const LEVEL_MS = 80
/** Ten minutes are more than anybody listens to. */
export const MOST_S = 600
const TYPES = ['audio/ogg;codecs=opus', 'audio/webm;codecs=opus', 'audio/mp4']

function troubleOf(failure: unknown): Trouble {
  const name = failure instanceof DOMException ? failure.name : ''
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied'
  return name === 'NotFoundError' ? 'none' : 'failed'
}
/** Browsers record Opus in WebM; messengers want it in Ogg. The sound itself is not touched. */
export async function voiceFile(recorded: Blob): Promise<{ file: File; seconds: number | null }> {
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(':', '-')
  if (!recorded.type.startsWith('audio/webm')) return { file: new File([recorded], `voice-${stamp}.${recorded.type.includes('ogg') ? 'ogg' : 'm4a'}`, { type: recorded.type }), seconds: null }
  const track = opusOf(new Uint8Array(await recorded.arrayBuffer()))
  const bytes = oggOf(track, crypto.getRandomValues(new Uint32Array(1))[0] ?? 1)
  return { file: new File([bytes as BlobPart], `voice-${stamp}.ogg`, { type: 'audio/ogg' }), seconds: lengthOf(track) }
}

export function useRecorder(): Recorder {
  const state = ref<'idle' | 'asking' | 'recording' | 'done'>('idle')
  const trouble = ref<Trouble | null>(null)
  const levels = ref<number[]>([])
  const seconds = ref(0)
  const file = shallowRef<File | null>(null)
  let recorder: MediaRecorder | null = null
  let stream: MediaStream | null = null
  let audio: AudioContext | null = null
  let timer: ReturnType<typeof setInterval> | undefined
  let wanted = true

  async function start(): Promise<void> {
    discard()
    wanted = true
    trouble.value = null
    if (!navigator.mediaDevices || typeof MediaRecorder === 'undefined') { trouble.value = 'insecure'; return }
    state.value = 'asking'
    try {
      const given = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, channelCount: 1 } })
      stream = given
      if (!wanted) return release()
      record(given)
    } catch (failure) {
      release()
      state.value = 'idle'
      trouble.value = troubleOf(failure)
    }
  }
  function record(given: MediaStream): void {
    const type = TYPES.find((one) => MediaRecorder.isTypeSupported(one))
    const chunks: Blob[] = []
    const own = new MediaRecorder(given, { ...(type ? { mimeType: type } : {}), audioBitsPerSecond: 32_000 })
    recorder = own
    own.ondataavailable = (event) => { if (event.data.size > 0) chunks.push(event.data) }
    own.onstop = () => { void finish(new Blob(chunks, { type: own.mimeType })) }
    own.onerror = () => { wanted = false; trouble.value = 'failed'; discard() }
    own.start(1000)
    state.value = 'recording'
    const began = performance.now()
    const loudness = meter(given)
    timer = setInterval(() => {
      seconds.value = (performance.now() - began) / 1000
      levels.value = [...levels.value.slice(1 - LEVELS), loudness()]
      if (seconds.value >= MOST_S) stop()
    }, LEVEL_MS)
  }
  function meter(given: MediaStream): () => number {
    audio = new AudioContext()
    const analyser = audio.createAnalyser()
    analyser.fftSize = 512
    audio.createMediaStreamSource(given).connect(analyser)
    const samples = new Float32Array(analyser.fftSize)
    return () => {
      analyser.getFloatTimeDomainData(samples)
      const mean = samples.reduce((sum, value) => sum + value * value, 0) / samples.length
      return Math.min(1, Math.sqrt(mean) * 4)
    }
  }
  async function finish(recorded: Blob): Promise<void> {
    release()
    if (!wanted) return
    try {
      const made = await voiceFile(recorded)
      file.value = made.file
      seconds.value = made.seconds ?? seconds.value
      state.value = 'done'
    } catch {
      trouble.value = 'failed'
      state.value = 'idle'
    }
  }
  function stop(): void {
    clearInterval(timer)
    if (recorder?.state === 'recording') recorder.stop()
  }
  function release(): void {
    clearInterval(timer)
    stream?.getTracks().forEach((track) => track.stop())
    void audio?.close().catch(() => undefined)
    stream = null
    audio = null
    recorder = null
  }
  function discard(): void {
    wanted = false
    stop()
    release()
    file.value = null
    seconds.value = 0
    levels.value = []
    state.value = 'idle'
  }
  onScopeDispose(discard)
  return { state, trouble, levels, seconds, file, start, stop, discard }
}
