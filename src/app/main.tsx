import { QueryClient } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { App } from '#/app/App';
import { wireSession } from '#/app/session-wiring';
import { spawnClient } from '#/app/spawn';
import { applyColourScheme } from '#/state/colour-scheme';
import { StudyOpener } from '#/state/open-study';
import { openingText } from '#/text/opening';

applyColourScheme();
const client = spawnClient();
const opener = new StudyOpener(client, openingText);
// `always`: nothing here needs a network, so being offline must not pause a question.
const queries = new QueryClient({
  defaultOptions: { queries: { networkMode: 'always', retry: false, refetchOnWindowFocus: false }, mutations: { networkMode: 'always' } },
});
wireSession(client, opener);

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(<App client={client} opener={opener} queries={queries} />);
