/** A place out of what somebody types or pastes: two numbers, or the address of a map. Pure. */
export interface Point { latitude: number; longitude: number }

const NUMBER = '(-?\\d{1,3}(?:\\.\\d+)?)'
const PAIRS: readonly { form: RegExp; swapped: boolean }[] = [
  { form: new RegExp(`[?&#](?:ll|pt)=${NUMBER}(?:,|%2C)${NUMBER}`, 'i'), swapped: true }, // Yandex: longitude first
  { form: new RegExp(`[?&](?:mlat|lat)=${NUMBER}&(?:mlon|lon|lng)=${NUMBER}`, 'i'), swapped: false },
  { form: new RegExp(`#map=\\d+/${NUMBER}/${NUMBER}`), swapped: false },
  { form: new RegExp(`[@=/]${NUMBER}(?:,|%2C)${NUMBER}`, 'i'), swapped: false },
  { form: new RegExp(`^\\s*${NUMBER}\\s*[,; ]\\s*${NUMBER}\\s*$`), swapped: false },
]

export function pointOf(text: string): Point | null {
  for (const { form, swapped } of PAIRS) {
    const found = form.exec(text)
    if (!found) continue
    const [first, second] = [Number(found[1]), Number(found[2])]
    const [latitude, longitude] = swapped ? [second, first] : [first, second]
    if (Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180) return { latitude, longitude }
  }
  return null
}
