/** n8n's own REST interface, as its editor uses it: only what the demo and the end-to-end tests need. */
export class N8nClient {
	/** @param {string} url */
	constructor(url) {
		this.url = url;
		this.cookie = '';
	}

	/**
	 * @param {string} method
	 * @param {string} path
	 * @param {object} [body]
	 * @returns {Promise<any>}
	 */
	async request(method, path, body) {
		const response = await fetch(`${this.url}${path}`, {
			method,
			headers: {
				cookie: this.cookie,
				// A kept connection may be closed by n8n at the moment in which it is used again.
				connection: 'close',
				...(body ? { 'content-type': 'application/json' } : {}),
			},
			body: body && JSON.stringify(body),
		});
		const session = response.headers.getSetCookie().find((cookie) => cookie.startsWith('n8n-auth='));
		if (session) this.cookie = session.split(';')[0];

		const text = await response.text();
		if (!response.ok) throw new Error(`n8n answered ${response.status} to ${method} ${path}: ${text.slice(0, 1000)}`);
		const answer = JSON.parse(text);
		return answer?.data ?? answer;
	}

	/**
	 * Signs in, making this person the owner of a fresh n8n.
	 * @param {{ email: string, password: string, firstName: string, lastName: string }} owner
	 */
	async signIn({ email, password, firstName, lastName }) {
		const { userManagement } = await this.request('GET', '/rest/settings');
		if (userManagement.showSetupOnFirstLoad) {
			await this.request('POST', '/rest/owner/setup', { email, password, firstName, lastName });
		} else {
			await this.request('POST', '/rest/login', { emailOrLdapLoginId: email, password });
		}
	}

	/** @returns {Promise<Array<{ id: string, name: string, type: string }>>} */
	async credentials() {
		return await this.request('GET', '/rest/credentials');
	}

	/**
	 * @param {{ name: string, type: string, data: object }} credential
	 * @returns {Promise<{ id: string, name: string }>}
	 */
	async createCredential(credential) {
		return await this.request('POST', '/rest/credentials', credential);
	}

	/**
	 * @param {string} id
	 * @param {{ name: string, type: string, data: object }} credential
	 */
	async updateCredential(id, credential) {
		return await this.request('PATCH', `/rest/credentials/${id}`, credential);
	}

	/**
	 * The page where the account's owner consents.
	 * @param {string} credentialId
	 * @returns {Promise<string>}
	 */
	async authorizeUrl(credentialId) {
		return await this.request('GET', `/rest/oauth2-credential/auth?id=${credentialId}`);
	}

	/** @returns {Promise<Array<{ id: string, name: string }>>} */
	async workflows() {
		return await this.request('GET', '/rest/workflows');
	}

	/**
	 * @param {{ name: string, nodes: object[], connections: object, settings?: object, pinData?: object }} workflow
	 * @returns {Promise<{ id: string, versionId: string }>}
	 */
	async createWorkflow(workflow) {
		// n8n 1.x wants 'active', n8n 2.x does without.
		return await this.request('POST', '/rest/workflows', { settings: {}, active: false, ...workflow });
	}
}
