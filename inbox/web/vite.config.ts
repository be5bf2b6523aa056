import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'
import { serviceWorker } from './build/serviceWorker'

const hub = process.env.HUB_DEV_URL ?? 'http://127.0.0.1:8080'
const passed = { target: hub, changeOrigin: false }

export default defineConfig({
  plugins: [vue(), serviceWorker()],
  base: '/',
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  define: {
    __VUE_OPTIONS_API__: 'true',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_I18N_FULL_INSTALL__: 'false',
    __VUE_I18N_LEGACY_API__: 'false',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
  },
  build: {
    outDir: 'dist',
    target: 'es2022',
    sourcemap: false,
    // The hub's policy lets no data: styles or scripts in, so small files stay files.
    assetsInlineLimit: 0,
    // The polyfill is for browsers that the target leaves out anyway.
    modulePreload: { polyfill: false },
  },
  server: {
    host: '127.0.0.1',
    proxy: {
      '/api': { ...passed, ws: true },
      '/hooks': passed,
      '/webchat': passed,
      '/simulators': passed,
    },
  },
  test: { environment: 'happy-dom', include: ['tests/**/*.test.ts'] },
})
