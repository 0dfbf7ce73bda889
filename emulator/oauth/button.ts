/**
 * The script of "Button on a site", as much of it as is known: attributes of its own tag say what is asked for, and a window
 * opens with the consent page. The address that the real one opens is not known; here it is /oauth with the attributes as
 * parameters. facts: core 2.9
 */
export const BUTTON_SCRIPT = `(() => {
	const tag = document.currentScript;
	const { dataset, src } = tag;
	const asked = {
		client_id: dataset.clientId,
		name: dataset.name,
		description: dataset.description,
		redirect_uri: dataset.redirect_uri,
		secrets_uri: dataset.secrets_uri,
		logo: dataset.logo,
		scopes: dataset.scopes,
		state: dataset.state,
		mode: dataset.mode,
	};
	const given = Object.entries(asked).filter(([, value]) => value !== undefined);
	const button = document.createElement('button');
	button.type = 'button';
	button.className = dataset.className || '';
	button.textContent = dataset.title || 'amoCRM';
	button.addEventListener('click', () => {
		window.open(new URL('/oauth?' + new URLSearchParams(given), src), 'amoCRM', 'scrollbars, status, resizable, width=750, height=580');
	});
	tag.after(button);
})();
`;
