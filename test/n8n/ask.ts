import type { INodeListSearchResult, INodeParameters, INodePropertyOptions, ResourceMapperFields } from 'n8n-workflow';
import { CREDENTIAL_TYPE, NODE_TYPE, type Credential } from './run';
import type { Stage } from './stage';

/** What fills the lists of the editor, asked the way the editor asks. */

export interface Question {
	method: string;
	/** The node that asks; the amoCRM node when left out. */
	nodeType?: string;
	parameters?: INodeParameters;
	credential?: Credential;
	filter?: string;
	paginationToken?: string;
}

export function askFor(stage: Stage & { credential: Credential }) {
	const ask =
		<T>(kind: string) =>
		async ({ method, nodeType = NODE_TYPE, parameters = {}, credential = stage.credential, ...more }: Question): Promise<T> =>
			(await stage.n8n.client.request('POST', `/rest/dynamic-node-parameters/${kind}`, {
				path: 'parameters.any',
				nodeTypeAndVersion: { name: nodeType, version: 2 },
				currentNodeParameters: { authentication: 'oAuth2', resource: 'lead', operation: 'create', ...parameters },
				methodName: method,
				credentials: { [CREDENTIAL_TYPE]: credential },
				...more,
			})) as T;
	return {
		search: ask<INodeListSearchResult>('resource-locator-results'),
		options: ask<INodePropertyOptions[]>('options'),
		columns: ask<ResourceMapperFields>('resource-mapper-fields'),
	};
}

/** Uploads a small file to the account's storage; gives its UUID. */
export async function addFile({ emulator }: Stage, file_name: string, content: string): Promise<string> {
	const { driveUrl } = emulator.world;
	const authorization = `Bearer ${emulator.issueToken().accessToken}`;
	const session = await fetch(`${driveUrl}/v1.0/sessions`, {
		method: 'POST',
		headers: { authorization, 'content-type': 'application/json' },
		body: JSON.stringify({ file_name, file_size: content.length }),
	});
	const { upload_url: address } = (await session.json()) as { upload_url: string };
	const uploaded = await fetch(address, { method: 'POST', headers: { authorization, 'content-type': 'application/octet-stream' }, body: content });
	return ((await uploaded.json()) as { uuid: string }).uuid;
}

/** Adds a record to the account without n8n, `sent` as the route wants it; gives its ID. */
export async function addRecord({ emulator }: Stage, path: string, row: object, sent: object = [row]): Promise<unknown> {
	const answer = await fetch(`${emulator.url}/api/v4${path}`, {
		method: 'POST',
		headers: { authorization: `Bearer ${emulator.issueToken().accessToken}`, 'content-type': 'application/json' },
		body: JSON.stringify(sent),
	});
	const { id, _embedded: embedded = {} } = (await answer.json()) as { id?: unknown; _embedded?: Record<string, Array<{ id: unknown }>> };
	return id ?? Object.values(embedded)[0]?.[0]?.id;
}
