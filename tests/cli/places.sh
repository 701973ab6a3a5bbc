# Stores where there is no room, no right, or suddenly no store.
sh "$(dirname "$0")/../hostile/places.sh"
