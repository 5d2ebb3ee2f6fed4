/** `--metrics ADDR`: what Prometheus asks for, made when it asks. */
import { EXPOSITION_TYPE, exposition } from '../report/exposition.js'
import type { Family } from '../stats/families.js'
import type { Listen } from '../units/listen.js'
import { answer, type Server, serve } from './http.js'

export function serveMetrics(listen: Listen, families: () => readonly Family[]): Promise<Server> {
  return serve(listen, ({ method }, response, { pathname }) => {
    if (pathname !== '/metrics') return answer(response, 404, 'the counters are at /metrics\n')
    if (method !== 'GET' && method !== 'HEAD') return answer(response, 405, 'ask with GET\n')
    answer(response, 200, exposition(families()), EXPOSITION_TYPE)
  })
}
