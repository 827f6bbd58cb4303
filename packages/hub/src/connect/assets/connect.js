// Connect accounts of creators from any page: <script src="https://hub.example.com/connect.js"></script>
// Opens a window of the hub, or goes there and back. No cookies, nothing inline, nothing loaded besides: a policy of the page
// needs the hub in script-src, and in connect-src for the case that the window is cut off on its way.
;((global) => {
  const VERSION = '2.0.0'
  const EVENTS = ['accountConnected', 'accountDisconnected', 'tokenExpired', 'exit', 'connectionFailure']
  const hub = new URL(document.currentScript?.src ?? location.href).origin
  const KEY = 'tockwork-connect'
  const ASK_MS = 2000
  const LOOK_MS = 400

  class Connect {
    constructor(options) {
      const { userId, token } = options
      if (typeof token !== 'string' || token === '') throw new TypeError('token: an SDK token is needed')
      if (typeof userId !== 'string' || userId === '')
        throw new TypeError('userId: the id of a user is needed')
      this.options = options
      this.handlers = {}
    }

    on(event, handler) {
      if (!EVENTS.includes(event))
        throw new TypeError(`${event}: there is no such event; there are ${EVENTS.join(', ')}`)
      if (typeof handler !== 'function') throw new TypeError(`${event}: a function is needed`)
      this.handlers[event] = handler
      return this
    }

    version() {
      return VERSION
    }

    /** To be called from a click: browsers let nothing else open a window. */
    open() {
      const { redirect, redirectURL } = this.options
      if (redirect) return this.byRedirect(redirectURL ?? location.href.split('#')[0])
      if (this.window && !this.window.closed) return this.window.focus()
      this.ended = false
      this.session = undefined
      const left = Math.max(0, (screen.width - 480) / 2)
      this.window = global.open(
        this.address(),
        'tockwork-connect',
        `popup,width=480,height=760,left=${left},top=60`,
      )
      if (!this.window) return this.fire('exit', 'popup_blocked', this.options.userId)
      this.hear = (event) => {
        if (event.origin === hub && event.data?.source === KEY) this.take(event.data)
      }
      global.addEventListener('message', this.hear)
      void this.watch()
    }

    close() {
      this.window?.close()
      this.end('closed_by_page')
    }

    address(redirectTo) {
      const { token, workPlatformId, language, singleAccount } = this.options
      const given = new URLSearchParams({ token, origin: location.origin })
      if (workPlatformId) given.set('platform', workPlatformId)
      if (language) given.set('language', language)
      if (singleAccount) given.set('single', '1')
      if (redirectTo) given.set('redirect', redirectTo)
      return `${hub}/connect/sdk#${given}`
    }

    fire(event, ...given) {
      this.handlers[event]?.(...given)
    }

    /** What the hub's window, or the hub itself, says. */
    take(news) {
      const { userId, workPlatformId } = this.options
      const platform = news.work_platform_id ?? workPlatformId ?? null
      if (news.type === 'session') this.session = news.session_id
      else if (news.type === 'connected') {
        if (this.told !== news.account_id)
          this.fire('accountConnected', news.account_id, platform, news.user_id)
        this.told = news.account_id
        this.connected = true
      } else if (news.type === 'disconnected')
        this.fire('accountDisconnected', news.account_id, platform, news.user_id)
      else if (news.type === 'denied' || news.type === 'failed') {
        if (this.failed !== this.session || this.session === undefined)
          this.fire(
            'connectionFailure',
            news.type === 'denied' ? 'access_denied' : news.reason,
            platform,
            userId,
          )
        this.failed = this.session
      } else if (news.type === 'token_expired') {
        this.window?.close()
        this.fire('tokenExpired', userId)
        this.end()
      } else if (news.type === 'closed') this.end(news.reason)
    }

    /**
     * A window that went to the platform may be cut off from this page for good, and then looks closed while it is not. So a
     * closed window is believed where nothing was begun, or once this page has the focus again and the hub knows of no end.
     */
    async watch() {
      let asked = 0
      while (!this.ended) {
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
        if (this.ended || !this.window.closed) continue
        if (this.connected || !this.session) return this.end('closed_by_user')
        if (Date.now() - asked < ASK_MS) continue
        asked = Date.now()
        const news = await this.ask()
        if (this.ended) return
        if (news && !['open', 'started'].includes(news.type)) {
          this.take(news)
          if (!this.ended) this.end(news.type === 'connected' ? 'done' : 'closed_by_user')
        } else if (news?.type !== 'started' || document.hasFocus()) this.end('closed_by_user')
      }
    }

    async ask(session = this.session) {
      try {
        const answer = await fetch(`${hub}/connect/sdk/status`, {
          method: 'POST',
          body: JSON.stringify({ token: this.options.token, session }),
        })
        return await answer.json()
      } catch {
        // The page's policy or the network lets nothing through; the window's own messages are what remains.
        return undefined
      }
    }

    end(reason) {
      if (this.ended) return
      this.ended = true
      if (this.hear) global.removeEventListener('message', this.hear)
      if (reason) this.fire('exit', reason, this.options.userId)
    }

    /** There, and on the way back: the hub adds `connect_session` to the address. */
    async byRedirect(back) {
      const query = new URLSearchParams(location.search)
      const session = query.get('connect_session')
      const waiting = sessionStorage.getItem(KEY)
      sessionStorage.removeItem(KEY)
      if (session === null || waiting === null) {
        const clean = new URL(back)
        for (const name of ['connect_session', 'status', 'account_id', 'code', 'missing_scopes'])
          clean.searchParams.delete(name)
        sessionStorage.setItem(KEY, '1')
        location.assign(this.address(clean.href))
        return
      }
      this.ended = false
      this.session = session
      const news = await this.ask()
      if (news) this.take(news)
      this.end(news?.type === 'connected' ? 'done' : 'closed_by_user')
    }
  }

  const api = {
    initialize: (options) => new Connect(Object(options)),
    /** Whether this page was come back to; then open() ends what was begun instead of beginning anew. */
    isReturn: () => sessionStorage.getItem(KEY) !== null && location.search.includes('connect_session='),
    version: () => VERSION,
  }
  global.TockworkConnect = api
  // Products that were written for the hosted service go on as they are.
  global.PhylloConnect ??= api
})(window)
