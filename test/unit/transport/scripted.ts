import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from '../../../nodes/AmoCrm/transport/client';
import type { ApiRequest, Failure, Reply } from '../../../nodes/AmoCrm/transport/types';

/** A client whose answers the test gives; it notes every request. */
export function scriptedClient(answer: (request: ApiRequest, index: number) => Reply | Promise<Reply>, parallel = 2) {
	const requests: ApiRequest[] = [];
	const client: ApiClient = {
		baseUrl: 'https://demo.amocrm.ru',
		accountKey: 'demo',
		credentialKey: 'demo|1',
		stats: { requests: 0, retries: 0, rateLimitAnswers: 0, waitedMs: 0 },
		usefulParallelism: () => parallel,
		dated: () => undefined,
		mask: (text) => text,
		send: async (request) => await answer(request, requests.push(request) - 1),
	};
	return { client, requests };
}

export const ok = (body?: IDataObject | IDataObject[]): Reply => ({ ok: true, status: body ? 200 : 204, body });

export function failed(kind: Failure['kind'], more: Partial<Failure> = {}): Reply {
	return { ok: false, failure: { kind, message: kind, advice: '', outcomeUnknown: false, ...more } };
}
