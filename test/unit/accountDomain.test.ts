import type { INode } from 'n8n-workflow';
import { NodeHelpers, Workflow } from 'n8n-workflow';

import { resolveAccountUrls } from '../../credentials/accountDomain';
import { AmoCrmOAuth2Api } from '../../credentials/AmoCrmOAuth2Api.credentials';
import { wrongDomain } from '../../credentials/fields';
import { DOMAINS } from './domains';

/** The hidden URL field of the credential, computed by n8n's expression engine from the field 'domain'. */
function evaluate(property: 'authUrl' | 'accessTokenUrl', domain: string): unknown {
	const expression = new AmoCrmOAuth2Api().properties.find(({ name }) => name === property)?.default as string;
	const node: INode = { id: '1', name: 'Test', type: 'test', typeVersion: 1, position: [0, 0], parameters: {} };
	const workflow = new Workflow({
		nodes: [node],
		connections: {},
		active: false,
		nodeTypes: { getByName: () => undefined, getByNameAndVersion: () => undefined, getKnownTypes: () => ({}) } as never,
	});
	// The same call that n8n makes when it decrypts a credential.
	return workflow.expression.getComplexParameterValue(node, expression, 'internal', {}, undefined, undefined, { domain });
}

describe('account domain', () => {
	it.each(DOMAINS)('resolves %j in code', (typed, expected) => {
		const urls = resolveAccountUrls(typed);
		expect(urls).toEqual(
			expected && {
				baseUrl: expected[0],
				authorizationUrl: `${expected[1]}/oauth`,
				accessTokenUrl: `${expected[0]}/oauth2/access_token`,
			},
		);
	});

	it.each(DOMAINS)("resolves %j to the same URLs in n8n's expressions", (typed, expected) => {
		expect(evaluate('authUrl', typed)).toBe(expected ? `${expected[1]}/oauth` : '');
		expect(evaluate('accessTokenUrl', typed)).toBe(expected ? `${expected[0]}/oauth2/access_token` : '');
	});

	it.each(DOMAINS)('says of %j in the window whether it is an address', (typed, expected) => {
		const shown = NodeHelpers.displayParameter({ domain: typed }, wrongDomain, null, null);
		expect(shown).toBe(!expected && typed.trim() !== '' && !typed.startsWith('='));
	});

	it('refuses what is no text', () => {
		for (const value of [undefined, null, {}, [], 12.5]) expect(resolveAccountUrls(value)).toBeUndefined();
	});
});
