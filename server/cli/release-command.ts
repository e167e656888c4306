import { DeepThingsError } from '../errors.js';
import { explainFailure } from './explain-failure.js';
import { type GatewayChoice, openGateway } from './gateway-access.js';
import { printLine } from './terminal.js';

/** `deepthings quarantine release`. */
export async function runRelease(device: string, options: GatewayChoice): Promise<void> {
  const { client, close } = await openGateway(options);
  try {
    const { json } = await client.call('releaseDevice', { path: { device } });
    printLine(`device ${device} is ${json!.state}`);
  } catch (error) {
    if (error instanceof DeepThingsError) throw error;
    throw new DeepThingsError('DT_QUARANTINE', explainFailure(error, client.baseUrl), { cause: error });
  } finally {
    await close();
  }
}
