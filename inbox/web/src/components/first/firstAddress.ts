/** What somebody typed as an address to write to. Pure. */
export function addressKind(text: string): 'email' | 'phone' | null {
  const said = text.trim()
  if (/^[^\s@<>",;:]+@[^\s@<>",;:]+\.[^\s@<>",;:]+$/.test(said)) return 'email'
  return /^\+[\d\s()-]{7,24}$/.test(said) && said.replace(/\D/g, '').length >= 7 ? 'phone' : null
}
