"""`twinbase bench-app`: how quick the app is, on a device as large as one gets, in a real window.

The company of the demo with more of everything, its server, a technician's device that has fetched all of it, and the
app on a copy of that, which is told what to do.
"""
