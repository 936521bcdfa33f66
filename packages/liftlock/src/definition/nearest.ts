export { nearestWord, suggestion } from '../model/nearest.ts';
