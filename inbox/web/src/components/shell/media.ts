/** The widths at which the window changes its shape. */
import { onScopeDispose, ref, type Ref } from 'vue'

function useMedia(query: string): Ref<boolean> {
  const media = window.matchMedia(query)
  const is = ref(media.matches)
  const follow = (event: MediaQueryListEvent): void => { is.value = event.matches }
  media.addEventListener('change', follow)
  onScopeDispose(() => media.removeEventListener('change', follow))
  return is
}
/** One column at a time. */
export const usePhone = (): Ref<boolean> => useMedia('(max-width: 720px)')
/** Views and customer are drawers. */
export const useNarrow = (): Ref<boolean> => useMedia('(max-width: 1180px)')
