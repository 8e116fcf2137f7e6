/** Orders to expect in the next `weeks` of any customer: what tests compare with published and integrated values. */
import type { Forecast } from '../../../lib/features/value/model.ts';

export const expectedOrders = (forecast: Forecast, frequency: number, recency: number, age: number, weeks: number) =>
  forecast.alive(frequency, recency, age) * forecast.ordersIfAlive({ frequency, recency, age, season: 0 }, weeks);
