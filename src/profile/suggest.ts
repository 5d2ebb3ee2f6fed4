export { hintFor, nearest } from '../units/suggest.js'
