/** Builds `src/sw` into `sw.js`, with the list of all files of the app: what it keeps for times without a line. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'vite'

const SOURCE = fileURLToPath(new URL('../src/sw/main.ts', import.meta.url))

/** Icons that only the system asks for, when the app is installed. */
const NOT_KEPT = /^\/icons\/(?!icon-192|badge)/

/** The files of a folder, as addresses, with the digest of all of them. */
function contents(folder: string): { files: string[]; version: string } {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).sort()
  const digest = createHash('sha256')
  for (const path of paths) digest.update(relative(folder, path)).update(readFileSync(path))
  return { files: paths.map((path) => `/${relative(folder, path).split(sep).join('/')}`).filter((file) => !NOT_KEPT.test(file)), version: digest.digest('hex').slice(0, 12) }
}

export function serviceWorker(): Plugin {
  return {
    name: 'service-worker',
    apply: 'build',
    async writeBundle(options) {
      if (!options.dir) return
      const { files, version } = contents(options.dir)
      await build({
        configFile: false, publicDir: false, logLevel: 'warn',
        define: { __VERSION__: JSON.stringify(version), __FILES__: JSON.stringify(files) },
        build: {
          outDir: options.dir, emptyOutDir: false, target: 'es2022',
          rollupOptions: { input: SOURCE, output: { format: 'iife', entryFileNames: 'sw.js' } },
        },
      })
    },
  }
}
